"""The code that a step runs, found by imports, and its digest: comments and layout do not count."""

import ast
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
REFERENCE = re.compile(r"(orca(?:\.\w+)+):\w+")  # "module:name", as declarations name code


def _without_texts(nodes: list[Any]) -> list[Any]:
    """Return statements without those that are a text and nothing else, as a docstring is."""
    return [
        node
        for node in nodes
        if not isinstance(node, ast.Expr)
        or not isinstance(node.value, ast.Constant)
        or not isinstance(node.value.value, str)
    ]


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


def _is_for_types_only(node: ast.AST) -> bool:
    """Whether a node is an `if TYPE_CHECKING:`, whose body never runs."""
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


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
def _read(file: str) -> Module:
    """Return what a module says; kept, since planning asks for the same files many times.

    The body of an `if TYPE_CHECKING:` is left out; its `else` runs and counts.
    """
    package = ("orca", *file.split("/")[:-1])
    words: list[str] = []
    names: set[str] = set()
    attributes: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Attribute):
            attributes.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Constant):
            names.update(_named_modules(node, package))
        words.append(type(node).__name__)
        for field in node._fields:
            value = getattr(node, field, None)
            if value is None or value == [] or field == "ctx":  # its place decides what ctx says
                continue
            if field == "body" and _is_for_types_only(node):
                continue
            words.append(field)
            for each in _without_texts(value) if isinstance(value, list) else [value]:
                visit(each) if isinstance(each, ast.AST) else words.append(repr(each))
        words.append(")")

    visit(ast.parse((PACKAGE / file).read_text()))
    digest = hashlib.sha256(" ".join(words).encode()).digest()
    return Module(digest, frozenset(names), frozenset(attributes))


@cache
def _imports(file: str) -> frozenset[str]:
    """Return the files of this package that a module imports or refers to."""
    own = [name for name in _read(file).names if name.startswith("orca.")]
    places = [name.replace(".", "/")[len("orca/") :] for name in own]
    files = [file for place in places for file in (f"{place}.py", f"{place}/__init__.py")]
    return frozenset(file for file in files if (PACKAGE / file).is_file())


@cache
def _closure(file: str) -> frozenset[str]:
    """Return a module and all in this package that it imports, imports in functions too.

    Modules named `settings.py` in a folder of the package are left out: they declare settings, and
    a run counts the values of those that it reads.
    """
    seen: set[str] = set()
    waiting = {file}
    while waiting:
        seen |= waiting
        waiting = {each for file in waiting for each in _imports(file)} - seen
    return frozenset(file for file in seen if not file.endswith("/settings.py"))


@dataclass(frozen=True)
class UsedCode:
    """The code that a step runs.

    Args:
        digest: of all modules together; rewording a docstring leaves it as it is.
        attributes: names of all attributes that they read, which decides the settings that count.
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
    for file in sorted(frozenset().union(*map(_closure, files))):
        digest.update(file.encode())
        digest.update(_read(file).digest)
        attributes |= _read(file).attributes
    return UsedCode(digest.hexdigest()[:16], frozenset(attributes))


def module_file(module: str) -> str:
    """Return the file of a module of this package under `orca/`."""
    return f"{'/'.join(module.split('.')[1:])}.py"


@cache
def package_digest() -> str:
    """Return a digest of the whole package's source, comments too: what ran, not what counts."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(file.relative_to(PACKAGE)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
