"""Where a result comes from: digests of code and files, versions, commit; atomic writing."""

import ast
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
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orca.errors import StateError

PACKAGE = Path(__file__).parent
KEPT_BYTES = 2**24  # of a file whose digest takes long enough to be kept
REFERENCE = re.compile(r"(orca(?:\.\w+)+):\w+")  # "module:name", as declarations name code
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


def kept_digest(path: Path) -> str:
    """Return the sha256 of a file; a large one's is kept beside it while size and time stay."""
    state = path.stat()
    if state.st_size < KEPT_BYTES:
        return file_digest(path)
    stamp = {"bytes": state.st_size, "modified_ns": state.st_mtime_ns}
    place = path.with_name(f".{path.name}.sha256")
    with suppress(OSError, ValueError):
        known = json.loads(place.read_text())
        if isinstance(known, dict) and known.items() >= stamp.items():
            return str(known["sha256"])
    digest = file_digest(path)
    with suppress(StateError):  # a folder that cannot be written costs time, no more
        write_json(place, {**stamp, "sha256": digest})
    return digest


def _is_text(node: ast.AST) -> bool:
    """Return whether a statement is a text and nothing else, as a docstring is."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _named_modules(node: ast.AST, package: tuple[str, ...]) -> set[str]:
    """Return what a node imports, or refers to as "module:name": modules, or what may be some.

    Args:
        node: of a module's tree.
        package: that the module lies in, from which relative imports go.
    """
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) + 1 - node.level] if node.level else ()
        module = ".".join([*above, *([node.module] if node.module else [])])
        return {module, *(f"{module}.{alias.name}" for alias in node.names)}
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        reference = REFERENCE.fullmatch(node.value)
        return {reference[1]} if reference else set()
    return set()


def _walk(tree: ast.AST, package: tuple[str, ...]) -> tuple[list[str], set[str], set[str]]:
    """Return what a syntax tree says without places and docstrings, what it imports and reads."""
    words: list[str] = []
    names: set[str] = set()
    attributes: set[str] = set()
    waiting: list[ast.AST | str] = [tree]
    while waiting:  # from the first node on, each before what it holds
        node = waiting.pop()
        if isinstance(node, str):
            words.append(node)
            continue
        if isinstance(node, ast.Attribute):
            attributes.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Constant):
            names |= _named_modules(node, package)
        words.append(type(node).__name__)
        waiting += reversed([*_held(node), ")"])
    return words, names, attributes


def _held(node: ast.AST) -> Iterator[ast.AST | str]:
    """Yield a node's fields by name with what they hold; texts that are statements are left out."""
    for field in node._fields:
        value = getattr(node, field, None)
        if value is None or value == [] or field == "ctx":  # the place tells what ctx does
            continue
        yield field
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, ast.AST):
                yield repr(each)
            elif not _is_text(each):
                yield each


@dataclass(frozen=True)
class Module:
    """What a module's source says.

    Args:
        digest: of its code; comments, docstrings and layout do not count.
        names: modules, or what may be modules, that it imports or refers to as "module:name".
        attributes: names of all attributes that it reads.
    """

    digest: bytes
    names: frozenset[str]
    attributes: frozenset[str]


@cache
def _read(file: Path) -> Module:
    """Return what a module says; kept, since planning asks for the same files many times."""
    words, names, attributes = _walk(
        ast.parse(file.read_text()), ("orca", *file.parent.relative_to(PACKAGE).parts)
    )
    digest = hashlib.sha256(" ".join(words).encode()).digest()
    return Module(digest, frozenset(names), frozenset(attributes))


@cache
def _imports(file: Path) -> frozenset[Path]:
    """Return the files of this package that a module imports or refers to."""
    places = [PACKAGE.joinpath(*name.split(".")[1:]) for name in _read(file).names if "." in name]
    files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return frozenset(file for file in files if file.is_file())


@cache
def _closure(files: frozenset[str]) -> tuple[Path, ...]:
    """Return some modules and all in this package that they import, imports in functions too.

    Modules named `settings.py` in a folder of the package are left out: they declare settings, and
    a run counts the values of those that it reads.
    """
    seen: set[Path] = set()
    waiting = {PACKAGE / file for file in files}
    while waiting:
        seen |= waiting
        waiting = {place for file in waiting for place in _imports(file)} - seen
    declared = {file for file in seen if file.name == "settings.py" and file.parent != PACKAGE}
    return tuple(sorted(seen - declared))


@dataclass(frozen=True)
class UsedCode:
    """The code that a step runs.

    Args:
        digest: of all modules together; rewording a docstring leaves it as it is.
        attributes: names of all attributes that they read, which tells the settings that count.
    """

    digest: str
    attributes: frozenset[str]


@cache
def used_code(*files: str) -> UsedCode:
    """Return the code of some modules with all that they import from this package.

    What is looked up by name at run time does not count: the caller names those modules too.

    Args:
        files: under `orca/`, such as "data/prepare.py".
    """
    digest = hashlib.sha256()
    attributes: set[str] = set()
    for file in _closure(frozenset(files)):
        digest.update(str(file.relative_to(PACKAGE)).encode())
        digest.update(_read(file).digest)
        attributes |= _read(file).attributes
    return UsedCode(digest.hexdigest()[:16], frozenset(attributes))


@cache
def package_digest() -> str:
    """Return a digest of the whole package's code."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(file.relative_to(PACKAGE)).encode())
        digest.update(_read(file).digest)
    return digest.hexdigest()[:16]


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
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def sweep(folder: Path, *, of: str = "") -> None:
    """Remove what processes that are no more have left half written.

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
    """Whether the process that wrote a file is no more; on another machine age has to tell."""
    if host != _here():
        return time.time() - path.stat().st_mtime > ABANDONED_S
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, atomically."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, default=str) + "\n")


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
