"""Where a result comes from: digests of files, versions, commit; atomic writing."""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orca.code_digest import PACKAGE, package_digest
from orca.errors import StateError
from orca.text_files import found_json

RECORD = "run.json"  # of a run; written last: what it does not name is none of the run's
HISTORY = "history.csv"  # of a run, epoch by epoch
KEPT_BYTES = 2**24  # of a file whose digest takes long enough to be kept
TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<host>\w*)-(?P<pid>\d+)-[0-9a-f]{8}\.part")
ABANDONED_S = 24 * 3600.0
LIBRARIES = (
    "torch", "transformers", "POT", "numpy", "scipy", "scikit-learn", "h5py", "pandas",
    "safetensors", "snakemake",
)  # fmt: skip


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the hexadecimal digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def file_stamp(path: Path) -> dict[str, int]:
    """Return what shows cheaply whether a file is still the one that was read before."""
    state = path.stat()
    return {"bytes": state.st_size, "modified_ns": state.st_mtime_ns}


def kept_digest(path: Path) -> str:
    """Return the sha256 of a file; a large one's is kept beside it while size and time stay."""
    stamp = file_stamp(path)
    if stamp["bytes"] < KEPT_BYTES:
        return file_digest(path)
    place = path.with_name(f".{path.name}.sha256")
    known = found_json(place)
    if "sha256" in known and known.items() >= stamp.items():
        return str(known["sha256"])
    digest = file_digest(path)
    with suppress(StateError):  # a folder that cannot be written costs time, no more
        write_json(place, {**stamp, "sha256": digest})
    return digest


def digest_of(content: Any) -> str:
    """Return a digest of plain values: equal values have equal digests."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn whatever keeps the block from writing `path` into one clear error.

    Raises:
        StateError: if the disk is full, or cannot be written.
    """
    try:
        yield
    except OSError as fault:
        raise StateError(
            where=str(path),
            what=f"it cannot be written: {fault.strerror or fault}",
            mend="make room on the disk or name another folder, then run the same command again",
        ) from fault


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes its name when the block ends well.

    Temporary files of the same path that killed processes left are removed.

    Raises:
        StateError: if the disk is full or cannot be written; the old file stays as it was.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent, of=path.name)
        mark = f"{_here()}-{os.getpid()}-{secrets.token_hex(4)}"
        temporary = path.with_name(f".{path.name}.{mark}.part")
        temporary.touch(exist_ok=False)
        mode = temporary.stat().st_mode  # by the umask; a library may put a file of its own there
        try:
            yield temporary
            temporary.chmod(mode)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def sweep(folder: Path, *, of: str = "") -> None:
    """Remove the half-written files of processes that have ended.

    Args:
        folder: that they wrote to; it may be missing.
        of: the name that the files would have got; all if empty.
    """
    for path in folder.glob(".*.part"):
        found = TEMPORARY.fullmatch(path.name)
        if found and of in ("", found["name"]) and _abandoned(path, found["host"], found["pid"]):
            path.unlink(missing_ok=True)


def _here() -> str:
    return re.sub(r"\W", "_", platform.node())


def _abandoned(path: Path, host: str, pid: str) -> bool:
    """Whether the process that wrote a file has ended; on another machine, its age decides."""
    import psutil

    if host != _here():
        return time.time() - path.stat().st_mtime > ABANDONED_S
    return not psutil.pid_exists(int(pid))


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, atomically.

    Raises:
        ValueError: if it holds a number that is not finite, which no reader takes.
    """
    text = json.dumps(content, indent=1, sort_keys=True, default=str, allow_nan=False)
    write_text(path, text + "\n")


def git_commit() -> str:
    """Return the commit of the source tree, with `+` if it is changed; empty outside of git."""
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=PACKAGE, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit.stdout.strip()


def environment() -> dict[str, Any]:
    """Return what ran: commit, digest of the whole package, versions, machine."""
    versions = {}
    for library in LIBRARIES:
        try:
            versions[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            versions[library] = "not installed"
    return {
        "commit": git_commit(),
        "code": package_digest(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": versions,
    }
