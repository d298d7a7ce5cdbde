"""Reading JSON and YAML, whoever wrote it: bounded, strict, and with one clear error."""

import json
import math
import stat
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from orca.errors import OrcaError, ResultsError

LARGEST_BYTES = 64 * 2**20
DEEPEST = 64
"""Levels of lists and objects within each other."""

MOST_VALUES = 2_000_000
"""A few lines of YAML that refer to each other can expand to more than any memory holds."""

FAULTS = (
    ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError, yaml.YAMLError
)  # fmt: skip
Record = TypeVar("Record", bound=BaseModel)
YAML_ENDS = (".yaml", ".yml")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, several times as fast


def read_mapping(path: Path, *, mend: str, error: type[OrcaError] = ResultsError) -> dict[str, Any]:
    """Return the keys and values that a file holds: YAML by its name, else JSON.

    Args:
        path: the file.
        mend: for the error.
        error: its kind.

    Raises:
        OrcaError: of that kind, if the file is missing or no file, too large, not UTF-8, no JSON
            or YAML, no object, nested too deeply, or holds a number that is not finite.
    """
    language, parse = ("YAML", parse_yaml) if path.suffix in YAML_ENDS else ("JSON", _parse_json)
    try:
        return _checked(parse(_text(path)))
    except FileNotFoundError as fault:
        raise error(where=str(path), what="there is no such file", mend=mend) from fault
    except OSError as fault:
        what = f"it cannot be read: {fault.strerror or fault}"
        raise error(where=str(path), what=what, mend=mend) from fault
    except FAULTS as fault:
        what = f"this is no {language} that can be read: {' '.join(str(fault).split())}"
        raise error(where=str(path), what=what, mend=mend) from fault


def read_record(
    model: type[Record], path: Path, *, what: str, mend: str, error: type[OrcaError] = ResultsError
) -> Record:
    """Return what a JSON file holds, checked.

    Args:
        model: what it should be.
        path: the file.
        what: its name for the error, with its article: "a score".
        mend: for the error: what makes the file again.
        error: its kind.

    Raises:
        OrcaError: of that kind, if the file is missing or holds something else; of several
            faults it names the first.
    """
    content = read_mapping(path, mend=mend, error=error)
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise error(
            where=f"{path}, {place}", what=f"this is not {what}: {first['msg']}", mend=mend
        ) from fault


def found_json(path: Path) -> dict[str, Any]:
    """Return the object that a JSON file holds; an empty one where it holds none or is damaged.

    For files that are made again when they do not say what is wanted.
    """
    try:
        return read_mapping(path, mend="")
    except ResultsError:
        return {}


def object_of(text: str) -> dict[str, Any]:
    """Return the object that a JSON text says, as strictly as `read_mapping`.

    Raises:
        ValueError: if it is none.
    """
    return _checked(_parse_json(text))


def _text(path: Path) -> str:
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no file")
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"it has more than {LARGEST_BYTES} bytes")
    return content.decode("utf-8")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no finite number")


def _parse_json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_number)


def parse_yaml(text: str) -> Any:
    """Return what a YAML text says; its depth is checked first: deep ones end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    return yaml.load(text, Loader=LOADER)


def _checked(content: Any) -> dict[str, Any]:
    """Return an object after a look at all that it holds.

    Raises:
        ValueError: if it is no object, or something in it cannot be taken.
    """
    if not isinstance(content, dict):
        raise ValueError(f"it holds no keys, but {str(content)[:40]!r}")
    waiting: list[tuple[Any, int]] = [(content, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
        held = [*chain.from_iterable(value.items())] if isinstance(value, dict) else value
        seen += len(held)
        if seen > MOST_VALUES:
            raise ValueError(f"it stands for more than {MOST_VALUES} values")
        waiting += [(inner, depth + 1) for inner in held if isinstance(inner, dict | list)]
        _check_plain(held)
    return content


def _check_plain(held: Any) -> None:
    """Check the texts and numbers among what a list or an object holds."""
    for inner in held:
        if isinstance(inner, str):
            inner.encode()  # half a pair of surrogates is no text
        elif isinstance(inner, float) and not math.isfinite(inner):
            _no_number(str(inner))


def csv_cell(value: object) -> object:
    """Return what stands in a CSV cell: no text that a spreadsheet would take for a formula."""
    if not (isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
