"""The files that a run left, held against the digests in its record `run.json`."""

from collections.abc import Iterable
from pathlib import Path

from orca.errors import StateError
from orca.provenance import file_digest
from orca.text_files import found_json

RECORD = "run.json"
"""Written last: what it does not name is none of the run's."""


def output_digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of a run's files by name, before its record is written.

    Temporary files, whose names begin with a dot, are none of them.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    own = (name for name in names if name != RECORD and not name.startswith("."))
    return {name: file_digest(folder / name) for name in own}


def whole_outputs(folder: Path, key: str) -> list[str]:
    """Return the names of a run's files if all are there and as its record says; else none.

    Args:
        folder: of the run.
        key: that the run must have.
    """
    record = found_json(folder / RECORD)
    listed = record.get("outputs")
    if record.get("key") != key or not isinstance(listed, dict):
        return []
    there = all(_is(folder, name, digest) for name, digest in listed.items())
    return [*listed, RECORD] if there else []


def _is(folder: Path, name: str, digest: object) -> bool:
    plain = Path(name).name == name
    return plain and (folder / name).is_file() and file_digest(folder / name) == digest


def check_outputs(folder: Path, digests: dict[str, str], names: Iterable[str], mend: str) -> None:
    """Check files of a run before they are read.

    Args:
        folder: of the run.
        digests: of its files by name, from its record.
        names: of the files to check.
        mend: for the error.

    Raises:
        StateError: if one is missing, or is not the one that the record was written for.
    """
    for name in names:
        path, wanted = folder / name, digests.get(name)
        if not path.is_file():
            raise StateError(where=str(path), what="the file is missing", mend=mend)
        if (found := file_digest(path)) != wanted:
            raise StateError(
                where=str(path),
                what=f"it is not the file of this run: its sha256 is {found}, {RECORD} says {wanted}",
                mend=mend,
            )
