"""What a person should know of each prepared data set, from its card."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from orca.reporting.names import task_title
from orca.reporting.sections import Entry

PICTURES = ("*.png", "*.jpg")


@dataclass(frozen=True)
class DataPage(Entry):
    """One task's card in the report."""

    facts: tuple[tuple[str, str], ...]
    balances: tuple[Markup, ...]
    pictures: tuple[str, ...]
    card: str


def pages(prepared: Path) -> list[DataPage]:
    """Return a page for each `prepared/<task>/card.json`, with the pictures beside it."""
    return [_page(path) for path in sorted(prepared.glob("*/card.json"))]


def _page(path: Path) -> DataPage:
    task = path.parent.name
    card: dict[str, Any] = json.loads(path.read_text())
    flat = [(name, _words(value)) for name, value in card.items() if _is_short(value)]
    pictures = [picture for kind in PICTURES for picture in sorted(path.parent.glob(kind))]
    return DataPage(
        anchor=f"d-{task}",
        title=task_title(task),
        facts=tuple(flat),
        balances=(),
        pictures=tuple(_embedded(picture) for picture in pictures),
        card=json.dumps(card, indent=1),
    )


def _is_short(value: object) -> bool:
    return len(json.dumps(value)) <= 160


def _words(value: object) -> str:
    """Return a value of the card in words."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return (
            " × ".join(map(str, value))
            if all(isinstance(v, int) for v in value)
            else ", ".join(map(str, value))
        )
    return str(value)


def _embedded(picture: Path) -> str:
    kind = "jpeg" if picture.suffix == ".jpg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
