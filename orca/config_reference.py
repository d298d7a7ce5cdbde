"""Writes what is generated from the settings: `config/README.md` and the editors' schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orca.configuration import Choices, Hyperparameters, SearchSpace
from orca.provenance import atomic
from orca.settings import AlignSettings, FinetuneSettings, TuningSettings

PARTS: tuple[tuple[str, type[BaseModel], str], ...] = (
    (
        "config.yaml and demo.yaml",
        Choices,
        "What is built, and how. `demo.yaml` is read beside `config.yaml`; lay a file of your own"
        " over both with `snakemake --configfile my.yaml`.",
    ),
    ("config.yaml, tuning", TuningSettings, "The search for settings."),
    (
        "hyperparameters.yaml",
        Hyperparameters,
        "Settings of runs. A later group overrules an earlier one, key by key: `defaults.all`, the"
        " body, `official`, the task, the task with this body, the method.",
    ),
    ("hyperparameters.yaml, a group", FinetuneSettings, "The keys of any group above."),
    ("hyperparameters.yaml, align", AlignSettings, "Stage two, under `align` in a group."),
    ("search_space.yaml", SearchSpace, "What the search may choose from."),
)
INTRODUCTION = """# Configuration

Generated from `orca/configuration.py` and `orca/settings.py` by `orca write-config-reference`; do not edit. An unknown key or a
value out of range is an error that names the nearest key or the range. Write `1.0e-3`: YAML reads
`1e-3` as text.
"""


def _kind(annotation: Any) -> str:
    """Return a type as a person writes it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return "null"
    if origin is Annotated:
        return _kind(arguments[0])
    if origin in (Union, UnionType):
        return " or ".join(_kind(argument) for argument in arguments)
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    if origin is dict:
        return f"{_kind(arguments[1])} by {_kind(arguments[0])}"
    if origin in (list, tuple):
        return f"list of {_kind(arguments[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "group of keys"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(annotation, "anything")


def _bounds(metadata: list[Any]) -> list[str]:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    return [
        f"{sign} {getattr(bound, name)}"
        for bound in metadata
        for name, sign in signs.items()
        if getattr(bound, name, None) is not None
    ]


def _range(field: FieldInfo) -> str:
    """Return a field's type with its bounds."""
    nested = [
        part
        for argument in (field.annotation, *get_args(field.annotation))
        if get_origin(argument) is Annotated
        for info in get_args(argument)[1:]
        if isinstance(info, FieldInfo)
        for part in info.metadata
    ]
    bounds = _bounds([*field.metadata, *nested])
    return ", ".join([_kind(field.annotation), *bounds])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.default
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{json.dumps(value)}`"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | what | range | default |"
    yield "|---|---|---|---|"
    for key, field in model.model_fields.items():
        cells = (f"`{key}`", field.description or "", _range(field), _default(field))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def reference() -> str:
    """Return `config/README.md`."""
    sections = [INTRODUCTION]
    for title, model, what in PARTS:
        sections.append("\n".join([f"## {title}", "", what, "", *_rows(model), ""]))
    return "\n".join(sections)


def schema() -> str:
    """Return the JSON schema of `config.yaml`, for editors."""
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Choices.model_json_schema(),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


GENERATED = {
    "config/README.md": reference,
    "workflow/schemas/config.schema.json": schema,
}


def write(root: Path) -> None:
    """Write every generated file under the repository's root."""
    for name, make in GENERATED.items():
        with atomic(root / name) as temporary:
            temporary.write_text(make(), encoding="utf-8")
