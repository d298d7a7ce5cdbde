"""What an artefact is, what it was made from, and its figures: `orca inspect`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from orca.data.prepared_file import CARD, FILES, check_sealed
from orca.data.raw_file import beyond_memory
from orca.errors import READER_FAULTS, DataError
from orca.provenance import HISTORY, RECORD
from orca.text_files import object_of, read_mapping

Lines = Iterator[str]
SHOWN_ROWS = 6
FAULTS = (*READER_FAULTS, SafetensorError)


def _shape(shape: Any) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _hdf5(path: Path) -> Lines:
    import h5py

    if path.name in FILES and path.with_name(CARD).exists():
        check_sealed(path)

    def about(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.append(f"  {name}: {_shape(item.shape)} of {item.dtype}")

    found: list[str] = []
    with h5py.File(path, "r") as file:
        yield from (f"  {key} = {value}" for key, value in file.attrs.items())
        file.visititems(about)
    yield from found


def _safetensors(path: Path) -> Lines:
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        names = list(file.keys())
        shapes = {name: file.get_slice(name).get_shape() for name in names}
        record = object_of((file.metadata() or {}).get("record", "{}"))
    yield from _mapping(record)
    for name, shape in shapes.items():
        yield f"  {name}: {_shape(shape)}"


def _mapping(content: Any, indent: str = "  ") -> Lines:
    if not isinstance(content, Mapping):
        yield f"{indent}{content}"
        return
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            yield from _mapping(value, indent + "  ")
        else:
            yield f"{indent}{key}: {value}"


def _text(path: Path) -> Lines:
    return _mapping(read_mapping(path, mend=_mend(path), error=DataError))


def _mend(path: Path) -> str:
    return f"remove it and make it again: snakemake {path}"


def _csv(path: Path) -> Lines:
    import pandas as pd

    if too_much := beyond_memory(path.stat().st_size):
        raise ValueError(too_much)
    rows = pd.read_csv(path)
    yield f"  {len(rows)} rows, {len(rows.columns)} columns"
    yield from ("  " + line for line in rows.tail(SHOWN_ROWS).to_string().splitlines())


READERS: dict[str, Callable[[Path], Lines]] = {
    ".h5": _hdf5,
    ".hdf5": _hdf5,
    ".safetensors": _safetensors,
    ".json": _text,
    ".yaml": _text,
    ".csv": _csv,
}
KINDS = {
    "fit.h5": "a task's training and validation samples",
    "test.h5": "a task's test samples, which only `evaluate` reads",
    "card.json": "what is known of prepared data, or of a body's weights",
    "schema.json": "what a fit file taught: columns, classes, constants, rows",
    "sources.json": "raw files, with their sizes and digests",
    "embedder.safetensors": "an embedder that stage two aligned",
    "weights.safetensors": "the weights that stage three trained",
    RECORD: "the record of a run: settings, inputs, seconds",
    HISTORY: "a run, epoch by epoch",
    "best.yaml": "the settings that a search found",
    "trials.csv": "the trials of a search",
}


def inspect(path: Path) -> str:
    """Return what a file or a run's folder is, from what it was made, and its figures.

    Raises:
        DataError: if there is nothing there, or nothing that can be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in READERS)
        if not files:
            raise DataError(
                where=str(path),
                what="the folder holds no artefact",
                mend="name a file under results/, or the folder of one run",
            )
        return "\n\n".join(inspect(file) for file in files)
    if not path.is_file():
        raise DataError(
            where=str(path),
            what="there is no such artefact",
            mend=f"check its name, or make it: snakemake {path}",
        )
    reader = READERS.get(path.suffix)
    if reader is None:
        raise DataError(
            where=str(path),
            what=f"'{path.suffix}' files are not known",
            mend="name one of " + ", ".join(READERS),
        )
    kind = KINDS.get(path.name, f"a {path.suffix[1:]} file")
    size = path.stat().st_size / 1e6
    try:
        lines = [f"{path}: {kind}, {size:.2f} MB", *reader(path)]
    except FAULTS as fault:
        what = f"it is damaged: {fault}"
        raise DataError(where=str(path), what=what, mend=_mend(path)) from fault
    # What a file says may hold codes that a terminal would carry out.
    return "\n".join(line if line.isprintable() else ascii(line) for line in lines)
