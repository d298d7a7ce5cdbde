"""Drug response: from a cell line's genes and a drug's descriptors to how the cells take it.

Source: Zhu et al. 2021 (IGTD, Sci Rep 11:11325); ORCA (ICML 2023), A.7.
The paper's arrays were never released: `drug_ctrp` and `drug_gdsc` read them in the official
code's format where somebody has them. `..._improve` is a public substitute, the cross-study
benchmark of the IMPROVE project, with as many features; its scores are not the paper's.
Differs from the paper, in the substitute: which features and which pairs it used is not known;
here they are those that vary most over the training pairs, and a tenth of the pairs at random.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from orca.data.download import Download
from orca.data.raw_file import damaged, reading
from orca.data.target import Scalar
from orca.data.task import AS_READ, Block, Part, Samples, Splits, Task
from orca.data.tasks import with_official

ROWS_AT_ONCE = 1024
TEST_SHARE = 0.1
SPLIT_SEED = 0

BARRIER = (
    "these arrays were never published; ask the authors of ORCA, or use the substitute"
    " drug_ctrp_improve or drug_gdsc_improve"
)
# As the benchmark's documentation lays its files out; not tried.
IMPROVE = (
    "https://web.cels.anl.gov/projects/IMPROVE_FTP/candle/public/improve/benchmarks/"
    "single_drug_drp/benchmark-data-pilot1/csa_data/raw_data"
)
IMPROVE_FILES = tuple(
    Download(name=Path(place).name, urls=(f"{IMPROVE}/{place}",))
    for place in (
        "y_data/response.tsv", "x_data/cancer_gene_expression.tsv", "x_data/drug_mordred.tsv"
    )
)  # fmt: skip


@dataclass(frozen=True)
class Released:
    """The four arrays of one study, as the official code names them."""

    study: str


@dataclass(frozen=True)
class Rebuilt:
    """A study of the cross-study benchmark, and how many features are kept."""

    study: str
    features: int


def _arrays(study: str) -> tuple[Download, ...]:
    return tuple(
        Download(name=f"{study}_{part}_{what}.npy", barrier=BARRIER)
        for part in ("train", "test")
        for what in ("feat", "label")
    )


CTRP = Task(
    title="CTRP",
    suite="drug_response",
    origin="CTRP, Seashore-Ludlow et al. 2015; not published in this form",
    input_shape=(1, AS_READ),
    target=Scalar(unit="area under the dose-response curve"),
    samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
    loss="mse",
    metric="r2",
    extra_metrics=("r2_chunked",),
    files=_arrays("ctrp"),
    source="drug_ctrp",
    option=Released("ctrp"),
)
GDSC = replace(
    CTRP,
    title="GDSC",
    origin="GDSC, Yang et al. 2013; not published in this form",
    files=_arrays("gdsc"),
    source="drug_gdsc",
    option=Released("gdsc"),
)
OFFICIAL: dict[str, Any] = {
    "metric": "r2_chunked",
    "extra_metrics": ("r2",),
    "differs": "R2 is the mean over parts of 1008 pairs, as in the official code",
}


def _substitute(task: Task, study: str, features: int) -> Task:
    return replace(
        task,
        title=f"{task.title} (IMPROVE)",
        origin=f"{study} in the cross-study benchmark of the IMPROVE project",
        input_shape=(1, features),
        files=IMPROVE_FILES,
        source="drug_improve",
        variant_of=task.source,
        differs="a public substitute for arrays that were never published; other features and pairs",
        option=Rebuilt(study, features),
    )


TASKS = {
    **with_official("drug_ctrp", CTRP, **OFFICIAL),
    **with_official("drug_gdsc", GDSC, **OFFICIAL),
    "drug_ctrp_improve": _substitute(CTRP, "CTRPv2", 3901),
    "drug_gdsc_improve": _substitute(GDSC, "GDSCv1", 3739),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the released arrays, or rebuild features and pairs from the benchmark's tables."""
    option = task.option
    if isinstance(option, Rebuilt):
        return rebuilt(raw, study=option.study, features=option.features)
    assert isinstance(option, Released)
    return Splits(fit=_array_part(raw, option, "train"), test=_array_part(raw, option, "test"))


def _array_part(raw: Path, option: Released, part: str) -> Part:
    paths = [raw / f"{option.study}_{part}_{what}.npy" for what in ("feat", "label")]
    arrays = []
    for path in paths:
        with reading(path, "it is missing or no array of numbers", OSError, ValueError, EOFError):
            arrays.append(np.load(path, mmap_mode="r", allow_pickle=False))
    features, labels = arrays
    if len(features) != len(labels):
        raise damaged(paths[1], f"{len(labels)} labels for {len(features)} rows of features")

    def blocks() -> Iterator[Block]:
        for start in range(0, len(labels), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            some = np.asarray(features[rows], np.float32)
            yield some.reshape(len(some), 1, -1), np.ravel(labels[rows]).astype(np.float32)

    return Part(len(labels), blocks)


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
    line_names, genes = _read_table(raw / "cancer_gene_expression.tsv", header_rows=3)
    drug_names, descriptors = _read_table(raw / "drug_mordred.tsv", header_rows=1)
    lines, drugs, response = _responses(raw / "response.tsv", study)
    line_rows, drug_rows = _places(lines, line_names), _places(drugs, drug_names)
    known = (line_rows >= 0) & (drug_rows >= 0)
    line_rows, drug_rows, response = line_rows[known], drug_rows[known], response[known]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(response))
    test = np.sort(order[: round(len(order) * TEST_SHARE)])
    fit = np.setdiff1d(np.arange(len(order)), test)
    of_line, line_variance = _scaled(genes, np.unique(line_rows[fit]))
    of_drug, drug_variance = _scaled(descriptors, np.unique(drug_rows[fit]))
    keep = _most_varying(np.concatenate([line_variance, drug_variance]), features, raw)
    lines_kept = of_line[:, keep[: len(line_variance)]]
    drugs_kept = of_drug[:, keep[len(line_variance) :]]

    def part(rows: Int[np.ndarray, " n"]) -> Part:
        def blocks() -> Iterator[Block]:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                joined = [lines_kept[line_rows[some]], drugs_kept[drug_rows[some]]]
                yield np.concatenate(joined, axis=1)[:, None], response[some]

        return Part(len(rows), blocks)

    return Splits(fit=part(fit), test=part(test))


def _places(wanted: list[str], names: list[str]) -> Int[np.ndarray, " n"]:
    """Return the row of each wanted name, -1 where there is none."""
    place = {name: row for row, name in enumerate(names)}
    return np.array([place.get(name, -1) for name in wanted], np.int64)


def _most_varying(
    variance: Float[np.ndarray, " columns"], features: int, raw: Path
) -> Bool[np.ndarray, " columns"]:
    if (varying := (variance > 0).sum()) < features:
        raise damaged(raw, f"only {varying} of its features vary; {features} are wanted")
    keep = np.zeros(len(variance), bool)
    keep[np.argsort(-variance, kind="stable")[:features]] = True
    return keep


def _scaled(
    table: Float32[np.ndarray, "names columns"], rows: Int[np.ndarray, " used"]
) -> tuple[Float32[np.ndarray, "names complete"], Float[np.ndarray, " complete"]]:
    """Return the complete columns, from 0 to 1 over the used rows, and how much each varies."""
    values = table[:, np.isfinite(table).all(axis=0)]
    least, largest = values[rows].min(axis=0), values[rows].max(axis=0)
    values = (values - least) / np.where(largest > least, largest - least, 1)
    return values.astype(np.float32), values[rows].var(axis=0, dtype=np.float64)


def _read_table(
    path: Path, *, header_rows: int
) -> tuple[list[str], Float32[np.ndarray, "names columns"]]:
    """Read a table of tab-separated values, a portion at a time: the first column has the names."""
    import pandas as pd

    names: list[str] = []
    values = []
    with (
        reading(path, "it is missing or no table", OSError, ValueError),
        pd.read_csv(
            path, sep="\t", header=list(range(header_rows)), chunksize=128, low_memory=False
        ) as portions,
    ):
        for portion in portions:
            names += [str(name) for name in portion.iloc[:, 0]]
            values.append(_numbers(portion.iloc[:, 1:]))
    return names, np.concatenate(values)


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
    what = f"it is missing, or lacks one of {', '.join(wanted)}"
    with reading(path, what, OSError, ValueError):
        table = pd.read_csv(path, sep="\t", usecols=wanted, low_memory=False)
    table = table[(table["source"] == study) & table["auc"].notna()]
    if table.empty:
        raise damaged(path, f"it has no responses of {study}")
    lines, drugs = (table[name].astype(str).tolist() for name in wanted[1:3])
    return lines, drugs, table["auc"].to_numpy(np.float32)
