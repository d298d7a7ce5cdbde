"""Pairs of a cell line and a drug: the released arrays, or a rebuild from public tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from orca.data.task import Block, Part, Splits
from orca.errors import DataError

ROWS_AT_ONCE = 1024
TEST_SHARE = 0.1
SPLIT_SEED = 0


def released(raw: Path, *, study: str) -> Splits:
    """Return the parts of `<study>_{train,test}_{feat,label}.npy`, mapped into memory.

    Raises:
        DataError: if an array is missing, damaged, or not of the other's length.
    """
    return Splits(fit=_array_part(raw, study, "train"), test=_array_part(raw, study, "test"))


def _array_part(raw: Path, study: str, part: str) -> Part:
    features, labels = (_mapped(raw / f"{study}_{part}_{what}.npy") for what in ("feat", "label"))
    if len(features) != len(labels):
        raise DataError(
            where=str(raw / f"{study}_{part}_label.npy"),
            what=f"{len(labels)} labels for {len(features)} rows of features",
            mend="put the two arrays of one release there",
        )

    def blocks() -> Iterator[Block]:
        for start in range(0, len(labels), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            some = np.asarray(features[rows], np.float32)
            yield some.reshape(len(some), 1, -1), np.ravel(labels[rows]).astype(np.float32)

    return Part(len(labels), blocks)


def _mapped(path: Path) -> Any:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as fault:
        raise DataError(
            where=str(path),
            what=f"it is missing or no array of numbers: {fault}",
            mend="put the array there that the task's `orca data status` line describes",
        ) from fault


@dataclass(frozen=True)
class DrugTable:
    """Numbers by name of a cell line or drug."""

    names: tuple[str, ...]
    values: Float32[np.ndarray, "names columns"]

    def rows_of(self, wanted: list[str]) -> Int[np.ndarray, " n"]:
        """Return the row of each name, -1 where there is none."""
        place = {name: row for row, name in enumerate(self.names)}
        return np.array([place.get(name, -1) for name in wanted], np.int64)


@dataclass(frozen=True)
class Scaled:
    """A table whose columns run from 0 to 1 over its used rows, and how much each varies."""

    values: Float32[np.ndarray, "names columns"]
    variance: Float[np.ndarray, " columns"]


def rebuilt(raw: Path, *, study: str, features: int) -> Splits:
    """Return pairs of a study with the features that vary most over the training pairs.

    Columns with missing values are left out; each is brought to the range from 0 to 1 by the
    lines and drugs of the training pairs.

    Args:
        raw: folder with the benchmark's three tables.
        study: as `source` has it in the table of responses.
        features: how many are kept, genes and descriptors together.

    Raises:
        DataError: if a table is missing, lacks a column, or has too few features.
    """
    genes = _read_table(raw / "cancer_gene_expression.tsv", header_rows=3)
    descriptors = _read_table(raw / "drug_mordred.tsv", header_rows=1)
    lines, drugs, response = _responses(raw / "response.tsv", study)
    line_rows, drug_rows = genes.rows_of(lines), descriptors.rows_of(drugs)
    known = (line_rows >= 0) & (drug_rows >= 0)
    line_rows, drug_rows, response = line_rows[known], drug_rows[known], response[known]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(response))
    test = np.sort(order[: round(len(order) * TEST_SHARE)])
    fit = np.setdiff1d(np.arange(len(order)), test)
    of_line = _scaled(genes, np.unique(line_rows[fit]))
    of_drug = _scaled(descriptors, np.unique(drug_rows[fit]))
    keep = _most_varying(of_line, of_drug, features, raw)
    lines_kept = of_line.values[:, keep[: len(of_line.variance)]]
    drugs_kept = of_drug.values[:, keep[len(of_line.variance) :]]

    def part(rows: Int[np.ndarray, " n"]) -> Part:
        def blocks() -> Iterator[Block]:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                joined = [lines_kept[line_rows[some]], drugs_kept[drug_rows[some]]]
                yield np.concatenate(joined, axis=1)[:, None], response[some]

        return Part(len(rows), blocks)

    return Splits(fit=part(fit), test=part(test))


def _most_varying(
    lines: Scaled, drugs: Scaled, features: int, raw: Path
) -> Bool[np.ndarray, " columns"]:
    variance = np.concatenate([lines.variance, drugs.variance])
    if (variance > 0).sum() < features:
        raise DataError(
            where=str(raw),
            what=f"only {(variance > 0).sum()} of its features vary; {features} are wanted",
            mend="fetch its tables again",
        )
    keep = np.zeros(len(variance), bool)
    keep[np.argsort(-variance, kind="stable")[:features]] = True
    return keep


def _scaled(table: DrugTable, rows: Int[np.ndarray, " used"]) -> Scaled:
    values = table.values[:, np.isfinite(table.values).all(axis=0)]
    least, largest = values[rows].min(axis=0), values[rows].max(axis=0)
    values = (values - least) / np.where(largest > least, largest - least, 1)
    return Scaled(values.astype(np.float32), values[rows].var(axis=0, dtype=np.float64))


def _read_table(path: Path, *, header_rows: int) -> DrugTable:
    """Read a table of tab-separated values, names in the first column, a portion at a time."""
    names: list[str] = []
    values = []
    for portion in _portions(path, header_rows):
        names += [str(name) for name in portion.iloc[:, 0]]
        values.append(_numbers(portion.iloc[:, 1:]))
    return DrugTable(tuple(names), np.concatenate(values))


def _portions(path: Path, header_rows: int) -> Iterator[Any]:
    import pandas as pd

    try:
        yield from pd.read_csv(
            path, sep="\t", header=list(range(header_rows)), chunksize=128, low_memory=False
        )
    except (OSError, ValueError) as fault:
        raise DataError(
            where=str(path), what=f"it is missing or no table: {fault}", mend="fetch it again"
        ) from fault


def _numbers(portion: Any) -> Float32[np.ndarray, "rows columns"]:
    """Return a portion's numbers, NaN where there is none (descriptors hold texts of errors)."""
    import pandas as pd

    if all(kind.kind in "fiu" for kind in portion.dtypes):
        return np.asarray(portion.to_numpy(np.float32))
    return np.asarray(portion.apply(pd.to_numeric, errors="coerce").to_numpy(np.float32))


def _responses(path: Path, study: str) -> tuple[list[str], list[str], Float32[np.ndarray, " n"]]:
    """Return cell line, drug and response of each pair of a study that has a response."""
    import pandas as pd

    wanted = ["source", "improve_sample_id", "improve_chem_id", "auc"]
    try:
        table = pd.read_csv(path, sep="\t", usecols=wanted, low_memory=False)
    except (OSError, ValueError) as fault:
        raise DataError(
            where=str(path),
            what=f"it is missing, or lacks one of {', '.join(wanted)}: {fault}",
            mend="fetch it again",
        ) from fault
    table = table[(table["source"] == study) & table["auc"].notna()]
    if table.empty:
        raise DataError(
            where=str(path), what=f"it has no responses of {study}", mend="fetch it again"
        )
    lines, drugs = (table[name].astype(str).tolist() for name in wanted[1:3])
    return lines, drugs, table["auc"].to_numpy(np.float32)
