"""What every group of settings is: frozen, checked, without unknown keys.

The groups stand beside what reads them: `models/settings.py`, `training/settings.py`,
`tuning/settings.py`, `models/pretraining/settings.py`; a distance and a method declare their own.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orca.declarations import nearest
from orca.errors import SettingsError
from orca.text_files import read_mapping

Rate = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"  # names stand in paths, in commands and in addresses
Name = Annotated[str, Field(pattern=NAME)]
NAME_MEND = (
    "begin it with a letter or a digit, and use letters, digits, '_' and '-' alone, 100 at most"
)
REFERENCE = "config/README.md lists every key and its range"
S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        """Check values that are given by name.

        Raises:
            SettingsError: naming the key, the fault and the nearest key or the allowed range.
        """
        try:
            super().__init__(**values)
        except ValidationError as fault:
            raise _error(type(self), fault, where=type(self).__name__, reference="") from fault

    # pydantic calls no `__init__` with this mark when it checks a mapping: `checked` names its place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


Groups = Mapping[str, Settings | None]
"""Settings by the name of their group; None for a group that nothing declares."""


def _fault(model: type[BaseModel], error: Mapping[str, Any], reference: str) -> tuple[str, str]:
    """Return what is wrong and the mend, for the first error that pydantic found."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    names: list[str] = []
    field = None
    for part in error["loc"]:  # from the outermost key to the one that is at fault
        if str(part) not in model.model_fields:
            break
        field = model.model_fields[str(part)]
        names.append(str(part))
        kind = field.annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model
    if error["type"] == "extra_forbidden":
        return f"there is no key '{key}'", nearest(key, list(model.model_fields))
    got = error["input"]
    if error.get("ctx", {}).get("pattern") == NAME:
        return f"{got!r} can be no name", NAME_MEND
    name, missing = ".".join(names), error["type"] == "missing"
    meaning = f" ({field.description.rstrip('.')})" if field and field.description else ""
    another = f"give `{name}` another value" if field else "give another value"
    mend = (f"add `{name}`" if missing else another) + meaning
    what = "it is missing" if missing else f"{error['msg']}, but it is {got!r}"
    return what, "; ".join(filter(None, (mend, reference)))


def checked(
    model: type[S], content: Mapping[str, Any], *, where: str, reference: str = REFERENCE
) -> S:
    """Return `content` as settings.

    Args:
        model: which settings.
        content: keys and values, as read from YAML or JSON.
        where: the file, or the argument, for the error.
        reference: where a person finds all ranges; empty for an argument, which has no file.

    Raises:
        SettingsError: naming the key, the fault and the nearest key or the allowed range.
    """
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise _error(model, fault, where=where, reference=reference) from fault


def checked_groups(
    content: Mapping[str, Any], known: Mapping[str, type[Settings]], *, where: str
) -> dict[str, Any]:
    """Return settings by group, those that are given.

    Args:
        content: groups, keys and values.
        known: the groups that there are.
        where: their origin, for the error.

    Raises:
        SettingsError: for the first group, key or value that is not allowed.
    """
    for group in content:
        if group not in known:
            raise SettingsError(
                where=f"{where}, {group}",
                what=f"nothing reads a group of settings '{group}' here",
                mend=nearest(group, list(known)),
            )
    return {
        group: checked(known[group], values, where=f"{where}, {group}")
        for group, values in content.items()
    }


def _error(
    model: type[BaseModel], fault: ValidationError, *, where: str, reference: str
) -> SettingsError:
    first = fault.errors()[0]
    what, mend = _fault(model, first, reference)
    place = ".".join(str(part) for part in first["loc"])
    return SettingsError(where=f"{where}, {place}", what=what, mend=mend)


def check_name(name: str, *, where: str) -> None:
    """Check a name that a person gives.

    Raises:
        SettingsError: if it could be mistaken in a path or a command.
    """
    if not re.fullmatch(NAME, name) or name.endswith("\n"):
        raise SettingsError(where=where, what=f"{name!r} can be no name", mend=NAME_MEND)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys and values with others put over them; nested groups are merged too."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        nested = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(old, value) if nested else value  # type: ignore[arg-type]
    return merged


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's content.

    Raises:
        SettingsError: if the file is missing or holds no keys and values that can be taken.
    """
    return read_mapping(path, mend="restore or correct the file", error=SettingsError)


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by group and key, of values by `group.key`."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        group, _, name = key.partition(".")
        found.setdefault(group, {})[name] = value
    return found


def not_default(settings: Settings | None) -> dict[str, Any]:
    """Return the settings that differ from their defaults, as plain values."""
    return settings.model_dump(mode="json", exclude_defaults=True) if settings else {}
