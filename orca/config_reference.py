"""Writes what is generated from the settings: `config/README.md` and the editors' schemas."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orca.alignment.distance import DISTANCES
from orca.configuration import Configuration
from orca.data.entry import TaskEntry
from orca.hyperparameters import Hyperparameters, SearchSpace, all_groups
from orca.models.pretraining.settings import PretrainSettings
from orca.peers.peer import PEERS
from orca.provenance import write_text
from orca.tuning.settings import TuningSettings

INTRODUCTION = """# Configuration

`orca write-config-reference` generates this page from the settings' declarations; do not edit it. An
unknown key or a value out of range is an error that names the nearest key or the range. Write
`1.0e-3`: YAML reads `1e-3` as text.
"""
FILES: dict[str, tuple[type[BaseModel], str]] = {  # and what is said beside the class's docstring
    "config.yaml and demo.yaml": (
        Configuration,
        " `demo.yaml` is read beside it; lay a file of your own over both with"
        " `snakemake --configfile my.yaml`.",
    ),
    "config.yaml, `tuning`": (TuningSettings, ""),
    "config.yaml, `pretraining`": (PretrainSettings, ""),
    "config.yaml, an entry of `tasks`": (TaskEntry, " docs/data.md says how they are read."),
    "search_space.yaml": (SearchSpace, ""),
    "hyperparameters.yaml": (
        Hyperparameters,
        " Each entry has the groups below. A later entry overrules an earlier one,"
        " key by key: `defaults.all`, the body, `official`, the task, the task with this body,"
        " what a search found, the method, and what the method's declaration fixes.",
    ),
}
PEERS_SECTION = (
    "A peer is fitted with these, under the names that its library or its module has; a variant of a"
    " peer takes the keys of the one it varies."
)


def parts() -> Iterator[tuple[str, type[BaseModel], str]]:
    """Yield title, settings and introduction of every part: all settings that can be set."""
    for title, (model, more) in FILES.items():
        yield title, model, _first_line(model) + more
    for name, model in all_groups().items():
        yield f"hyperparameters.yaml, `{name}`", model, _first_line(model)
    for name in DISTANCES:
        settings = DISTANCES[name].settings
        if settings.model_fields:
            title = f"hyperparameters.yaml, `distances`, `{name}`"
            yield title, settings, _first_line(settings)


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").partition("\n")[0]


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
    within = [
        part
        for argument in (field.annotation, *get_args(field.annotation))
        if get_origin(argument) is Annotated
        for info in get_args(argument)[1:]
        if isinstance(info, FieldInfo)
        for part in info.metadata
    ]
    return ", ".join([_kind(field.annotation), *_bounds([*field.metadata, *within])])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    if isinstance(field.default, BaseModel):
        return "see below"
    return f"`{json.dumps(field.default)}`"


def _rows(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | what | range | default |"
    yield "|---|---|---|---|"
    for key, field in model.model_fields.items():
        cells = (f"`{field.alias or key}`", field.description or "", _range(field), _default(field))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _peer_rows() -> Iterator[str]:
    """Yield the settings of every peer that has some and varies no other."""
    yield "| peer | key | default |"
    yield "|---|---|---|"
    for name in PEERS:
        peer = PEERS[name]
        for key in _peer_keys(name) if not peer.variant_of else ():
            default = json.dumps(peer.settings[key]) if key in peer.settings else "the library's"
            yield f"| `{name}` | `{key}` | {default} |"


def _peer_keys(name: str) -> list[str]:
    return list({**PEERS[name].settings, **PEERS[name].space})


def _group(description: str | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has some keys and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }


def _any_names(description: str | None, of_each: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that holds the same under any name."""
    return {"type": "object", "description": description, "additionalProperties": of_each}


def _peers_schema() -> dict[str, Any]:
    what = (
        "is fitted with these values, under the names that its library or its module has for them."
    )
    of_each = {
        name: _group(f"{PEERS[name].title} {what}", dict.fromkeys(_peer_keys(name), {}))
        for name in PEERS
    }
    return _group(Configuration.model_fields["peers"].description, of_each)


def reference() -> str:
    """Return `config/README.md`."""
    sections = [INTRODUCTION]
    for title, model, what in parts():
        sections.append("\n".join([f"## {title}", "", what, "", *_rows(model), ""]))
    sections.append(
        "\n".join(["## config.yaml, `peers`", "", PEERS_SECTION, "", *_peer_rows(), ""])
    )
    return "\n".join(sections)


def _schema(content: Mapping[str, Any]) -> str:
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}
    return json.dumps(draft, indent=1, ensure_ascii=False) + "\n"


def configuration_schema() -> str:
    """Return the JSON schema of `config.yaml`."""
    schema = Configuration.model_json_schema()
    keys = schema["properties"]
    keys["peers"] = _peers_schema()
    keys["tasks"] = _any_names(keys["tasks"]["description"], TaskEntry.model_json_schema())
    return _schema(schema)


def hyperparameters_schema() -> str:
    """Return the JSON schema of `hyperparameters.yaml`: the same groups in every entry."""
    groups = {name: model.model_json_schema() for name, model in all_groups().items()}
    distances = {name: DISTANCES[name].settings.model_json_schema() for name in DISTANCES}
    groups["distances"] = _group("Each distance has the settings under its name.", distances)
    entry = _group("An entry has settings in these groups.", groups)
    sections = {
        name: _any_names(field.description, entry)
        for name, field in Hyperparameters.model_fields.items()
    }
    return _schema(_group(_first_line(Hyperparameters), sections))


GENERATED = {
    "config/README.md": reference,
    "workflow/schemas/config.schema.json": configuration_schema,
    "workflow/schemas/hyperparameters.schema.json": hyperparameters_schema,
}


def write(root: Path) -> None:
    """Write every generated file under the repository's root."""
    for name, make in GENERATED.items():
        write_text(root / name, make())
