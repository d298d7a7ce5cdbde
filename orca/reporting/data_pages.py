"""What a person should know of each prepared data set, from its card."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from orca.json_record import read_record
from orca.reporting.names import task_title
from orca.reporting.sections import ContentsEntry

PICTURES = ("*.png", "*.jpg")
MOST_BARS = 40  # classes that are shown one by one


@dataclass(frozen=True)
class Bar:
    """One class: its name, its samples, and its share of the largest class in percent."""

    name: str
    count: int
    share_pct: float


@dataclass(frozen=True)
class Balance:
    """Samples by class of one part; no bars where there are too many classes."""

    part: str
    bars: tuple[Bar, ...]
    text: str


@dataclass(frozen=True)
class DataPage(ContentsEntry):
    """One task's card in the report."""

    facts: tuple[tuple[str, str], ...]
    balances: tuple[Balance, ...]
    pictures: tuple[str, ...]
    card: str


class Card(BaseModel):
    """The parts of a card that the report relies on; others pass through."""

    model_config = ConfigDict(extra="allow")

    input_shape: list[int] = []
    inputs: dict[str, float] = {}
    target: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    normalisation: dict[str, dict[str, Any]] = {}
    raw_files: list[dict[str, Any]] = []


def pages(prepared: Path) -> list[DataPage]:
    """Return a page for each `prepared/<task>/card.json`, with the pictures beside it.

    Raises:
        ResultsError: if a card cannot be read.
    """
    return [_page(path) for path in sorted(prepared.glob("*/card.json"))]


def _page(path: Path) -> DataPage:
    task = path.parent.name
    mend = f"prepare the task again: snakemake --force {path}"
    card = read_record(Card, path, what="a task's card", mend=mend).model_dump(exclude_unset=True)
    pictures = [picture for kind in PICTURES for picture in sorted(path.parent.glob(kind))]
    title = task_title(task)
    return DataPage(
        anchor=f"d-{task}",
        title=title,
        short=title,
        facts=tuple((name, text) for name, text in _facts(card) if text),
        balances=tuple(_balances(card)),
        pictures=tuple(_embedded(picture) for picture in pictures),
        card=json.dumps(card, indent=1),
    )


def _facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    target = card.get("target", {})
    parts = _parts(card)
    counts = [f"{name} {part.get('samples', '?')}" for name, part in parts.items()]
    groups = [f"{name} {part['groups']}" for name, part in parts.items() if "groups" in part]
    inputs = card.get("inputs", {})
    return [
        ("task", str(card.get("task", ""))),
        ("benchmark", str(card.get("suite", ""))),
        ("origin", str(card.get("origin", ""))),
        ("variant of", str(card.get("variant_of", ""))),
        ("differs", str(card.get("differs", ""))),
        ("input", f"{_shape(card.get('input_shape', []))} {card.get('input_type', '')}".strip()),
        ("values", ", ".join(f"{k} {inputs[k]:g}" for k in ("min", "mean", "max") if k in inputs)),
        ("target", _target(target)),
        ("samples", ", ".join(counts)),
        ("groups", ", ".join(groups)),
        ("loss, metric", f"{card.get('loss', '?')}, {card.get('metric', '?')}"),
        ("normalised by", _normalisation(card.get("normalisation", {}))),
        ("raw files", "; ".join(_file(file) for file in card.get("raw_files", []))),
        ("version", str(card.get("task_digest", ""))),
    ]


def _parts(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts in the order that a run meets them."""
    parts: dict[str, Any] = card.get("parts", {})
    order = {name: place for place, name in enumerate(("train", "validation", "test"))}
    return dict(sorted(parts.items(), key=lambda part: order.get(part[0], len(order))))


def _shape(lengths: list[int]) -> str:
    return " × ".join(map(str, lengths))


def _target(target: Mapping[str, Any]) -> str:
    kind = str(target.get("kind", "?"))
    unit = f" in {target['unit']}" if target.get("unit") else ""
    if target.get("count"):
        return f"{target['count']} {'labels' if kind == 'MultiLabel' else 'classes'}"
    return f"{kind} {_shape(target.get('shape', []))}{unit}".replace("  ", " ").strip()


def _normalisation(constants: Mapping[str, Any]) -> str:
    texts = []
    for what, found in constants.items():
        if found.get("mean") and (found["mean"] != [0, 0] or found["std"] != [1, 1]):
            mean, std = (_between(found[name]) for name in ("mean", "std"))
            texts.append(f"{what}: mean {mean}, deviation {std}")
    return "; ".join(texts)


def _between(ends: list[Any]) -> str:
    low, high = ends
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _file(file: Mapping[str, Any]) -> str:
    size = f", {file['bytes']:,} bytes" if "bytes" in file else ""
    digest = f", sha256 {file['sha256'][:16]}…" if file.get("sha256") else ""
    return f"{file.get('name', '?')}{size}{digest}"


def _balances(card: Mapping[str, Any]) -> list[Balance]:
    names = card.get("target", {}).get("names") or []
    found = []
    for name, part in _parts(card).items():
        counts: list[int] = part.get("per_class") or part.get("per_label") or []
        if not counts:
            continue
        largest = max(counts) or 1
        text = f"{len(counts)} classes with {min(counts)} to {max(counts)} samples"
        bars = tuple(
            Bar(str(names[i]) if i < len(names) else str(i), count, 100 * count / largest)
            for i, count in enumerate(counts)
        )
        found.append(Balance(name, bars if len(bars) <= MOST_BARS else (), text))
    return found


def _embedded(picture: Path) -> str:
    kind = "jpeg" if picture.suffix == ".jpg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
