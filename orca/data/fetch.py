"""Brings raw files to `results/raw/<source>/`, and remembers what arrived."""

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from filelock import FileLock

from orca.data.task import Way
from orca.errors import DataError
from orca.logs import log
from orca.provenance import file_digest, file_stamp, kept_digest, write_json
from orca.text_files import read_mapping

SOURCES = "sources.json"
LOCK = "digests.json"
TRUSTED = "trusted.json"


@runtime_checkable
class HasFiles(Protocol):
    """What needs raw files: a task or a source proxy."""

    @property
    def source(self) -> str:
        """Name of the raw folder."""

    @property
    def files(self) -> tuple[Way, ...]:
        """The ways to get its files."""


def fetch(task: HasFiles, folder: Path, *, trusted: bool = False) -> dict[str, dict[str, Any]]:
    """Bring all raw files of a task or proxy to `folder`, `results/raw/<source>`.

    Files that are there already are kept, if they are what they should be. The record
    `sources.json` in the folder is written last, so where it is, all files are. Digests seen for
    the first time go to `digests.json` beside the folder; a file that differs from it is
    refused. A pickle of which no digest is published is refused until a person vouched for its
    bytes, which `trusted.json` remembers. Two processes do not fetch into one folder at once: the
    second waits.

    With `trusted` a person vouches for what is there now. Returned is what the record says: size
    and sha256 of each file.

    Raises:
        DataError: if a file cannot be had, is not the expected one, or lacks a person who vouches
            for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = recorded(folder / f".{SOURCES}")
    with FileLock(folder / ".lock"):
        record: dict[str, dict[str, Any]] = {}
        for way in task.files:
            seen = _bring_one(way, folder, known.get(way.name, {}))
            if way.locked:
                _compare_with_lock(way, folder, seen["sha256"])
            if way.needs_trust:
                _check_trust(way, folder, seen["sha256"], given=trusted)
            known[way.name] = seen
            write_json(folder / f".{SOURCES}", known)
            record[way.name] = {key: seen[key] for key in ("bytes", "sha256")}
        write_json(folder / SOURCES, record)
    return record


def check_fetched(task: HasFiles, folder: Path) -> None:
    """Check that the raw files are there, and are those that were fetched, before they are read.

    Raises:
        DataError: if a file is missing, or has other content than when it was fetched.
    """
    known = recorded(folder / f".{SOURCES}")
    mend = f"fetch it: snakemake {folder / SOURCES}"
    for way in task.files:
        path = folder / way.name
        if not path.is_file():
            raise DataError(where=str(path), what="there is no such file", mend=mend)
        wanted = known.get(way.name, {}).get("sha256")
        if wanted and (found := kept_digest(path)) != wanted:
            what = f"its sha256 is {found}, but was {wanted} when it was fetched"
            raise DataError(where=str(path), what=what, mend=f"remove it and {mend}")


def _bring_one(way: Way, folder: Path, known: dict[str, Any]) -> dict[str, Any]:
    """Bring one file if it is not there; return its size, time, digest and recipe."""
    path = folder / way.name
    if path.exists() and not path.is_file():
        raise DataError(where=str(path), what="it is no file", mend="remove it and fetch again")
    if path.exists() and way.recipe == known.get("recipe", ""):
        if known and file_stamp(path) == {key: known[key] for key in ("bytes", "modified_ns")}:
            return known
        way.check(path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        log.info("fetching %s", path)
        way.bring(path)
    return {**file_stamp(path), "sha256": file_digest(path), "recipe": way.recipe}


def _compare_with_lock(way: Way, folder: Path, digest: str) -> None:
    """Compare a file with the digest at first sight, or make this the first sight."""
    lock, name = folder.parent / LOCK, f"{folder.name}/{way.name}"
    with FileLock(folder.parent / ".lock"):
        seen = recorded(lock)
        if name not in seen:
            write_json(lock, {**seen, name: digest})
        elif seen[name] != digest:
            raise DataError(
                where=str(folder / way.name),
                what=f"its sha256 is {digest}, but was {seen[name]} when it was first seen",
                mend=f"remove the file and fetch again; if its publisher replaced it, remove"
                f" '{name}' from {lock} too",
            )


def _check_trust(way: Way, folder: Path, digest: str, *, given: bool) -> None:
    """Refuse a file whose origin only a person can vouch for, unless one does, or did."""
    place, name = folder.parent / TRUSTED, f"{folder.name}/{way.name}"
    with FileLock(folder.parent / ".lock"):
        known = recorded(place)
        if given:
            write_json(place, {**known, name: digest})
        elif known.get(name) != digest:
            raise DataError(
                where=str(folder / way.name),
                what="it is a pickle or holds some, and no digest of it is published: whoever gave"
                f" it could have changed it (its sha256 is {digest})",
                mend="if you trust where it is from, say so:"
                f" orca data add {folder.name} {folder / way.name} --trust",
            )


def recorded(path: Path) -> dict[str, Any]:
    """Return what a record of files says; nothing where there is none."""
    if not path.exists():
        return {}
    return read_mapping(path, mend="remove it and fetch again", error=DataError)
