"""Where a result comes from: digests of code and files, versions, commit; atomic writing."""

import ast
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from orca.errors import StateError

PACKAGE = Path(__file__).parent
LIBRARIES = (
    "torch", "transformers", "POT", "numpy", "scipy", "scikit-learn", "h5py", "pandas",
    "safetensors", "snakemake",
)  # fmt: skip


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the hexadecimal digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _is_text(node: ast.AST) -> bool:
    """Return whether a statement is a text and nothing else, as a docstring is."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _tell(node: ast.AST, words: list[str], names: set[str]) -> None:
    """Add what a syntax tree says, without places and docstrings, and the names it imports."""
    if isinstance(node, ast.ImportFrom) and node.module:
        names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    elif isinstance(node, ast.Import):
        names |= {alias.name for alias in node.names}
    words.append(type(node).__name__)
    for field in node._fields:
        value = getattr(node, field, None)
        if value is None or value == [] or field == "ctx":  # the place tells what ctx does
            continue
        words.append(field)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, ast.AST):
                words.append(repr(each))
            elif not _is_text(each):
                _tell(each, words, names)
    words.append(")")


@cache
def _read(file: Path) -> tuple[bytes, frozenset[str]]:
    """Return a digest of a module's code, and the names that it imports, modules or what may be.

    Kept, since a workflow asks for the same files many times.
    """
    words: list[str] = []
    names: set[str] = set()
    _tell(ast.parse(file.read_text()), words, names)
    return hashlib.sha256(" ".join(words).encode()).digest(), frozenset(names)


@cache
def code_digest(*parts: str) -> str:
    """Return a digest of the code under some parts of this package.

    Comments, docstrings and layout do not count: rewording reruns nothing, a changed formula
    does.

    Args:
        parts: folders or files under `orca/`, such as "alignment" or "logs.py".
    """
    digest = hashlib.sha256()
    for part in sorted(parts):
        place = PACKAGE / part
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        if not files:
            raise FileNotFoundError(f"no code under {place}")
        for file in files:
            digest.update(str(file.relative_to(PACKAGE)).encode())
            digest.update(_read(file)[0])
    return digest.hexdigest()[:16]


def _imports(file: Path) -> set[Path]:
    """Return the files of this package that a module's import statements name."""
    _, names = _read(file)
    places = [PACKAGE.joinpath(*name.split(".")[1:]) for name in names if "." in name]
    return {place for place in (p.with_suffix(".py") for p in places) if place.is_file()}


@cache
def used_code(*files: str) -> str:
    """Return a digest of some modules and of all in this package that they import.

    Imports inside functions count too; what is looked up by name at run time does not.

    Args:
        files: under `orca/`, such as "data/prepare.py".
    """
    seen: set[Path] = set()
    waiting = {PACKAGE / file for file in files}
    while waiting:
        seen |= waiting
        waiting = {place for file in waiting for place in _imports(file)} - seen
    return code_digest(*sorted(str(file.relative_to(PACKAGE)) for file in seen))


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes its name when the block ends well.

    Raises:
        StateError: if the disk is full or cannot be written; the old file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as fault:
        raise StateError(
            where=str(path),
            what=f"it cannot be written: {fault.strerror or fault}",
            mend="make room on the disk or name another folder, then run the same command again",
        ) from fault
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, sort_keys=True, default=str) + "\n")


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
        "code": code_digest("."),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": versions,
    }
