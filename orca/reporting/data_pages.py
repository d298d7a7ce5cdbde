"""What a person should know of each prepared data set, from its card."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from orca.data.prepared_file import CARD
from orca.reporting.look import picture
from orca.reporting.names import task_title
from orca.text_files import read_record

PARTS = ("train", "validation", "test")  # as a run meets them
PICTURES = {"*.png": "png", "*.jpg": "jpeg"}
MOST_BARS = 40  # classes that are shown one by one


class Card(BaseModel):
    """What the report relies on in a card, as `prepare` writes it; the rest passes through."""

    model_config = ConfigDict(extra="allow")

    raw_files: list[dict[str, Any]]
    task: str
    suite: str
    origin: str
    task_digest: str
    variant_of: str
    differs: str
    input_shape: list[int]
    input_type: str
    inputs: dict[str, float]
    target: dict[str, Any]
    loss: str
    metric: str
    parts: dict[str, dict[str, Any]]
    normalisation: dict[str, dict[str, list[float]]]


def read_card(path: Path) -> Card:
    """Return a task's card; a `ResultsError` if it cannot be read."""
    mend = f"prepare the task again: snakemake --force {path}"
    return read_record(Card, path, what="a task's card", mend=mend)


def data_pages(prepared: Path) -> list[dict[str, Any]]:
    """Return what the template shows of each `prepared/<task>/card.json`, and the pictures beside."""
    return [_page(path, read_card(path)) for path in sorted(prepared.glob(f"*/{CARD}"))]


def _page(path: Path, card: Card) -> dict[str, Any]:
    parts = {name: card.parts[name] for name in PARTS if name in card.parts}
    return {
        "anchor": f"d-{path.parent.name}",
        "title": task_title(path.parent.name),
        "facts": {name: text for name, text in _facts(card, parts).items() if text},
        "balances": [
            _balance(name, counts, card.target.get("names", []))
            for name, part in parts.items()
            if (counts := part.get("per_class") or part.get("per_label"))
        ],
        "pictures": [
            picture(file.read_bytes(), kind)
            for ending, kind in PICTURES.items()
            for file in sorted(path.parent.glob(ending))
        ],
        "card": path.read_text().strip(),
    }


def _facts(card: Card, parts: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {
        "task": card.task,
        "benchmark": card.suite,
        "origin": card.origin,
        "variant of": card.variant_of,
        "differs": card.differs,
        "input": f"{_shape(card.input_shape)} {card.input_type}",
        "values": ", ".join(f"{name} {card.inputs[name]:g}" for name in ("min", "mean", "max")),
        "target": _target(card.target),
        **{
            what: ", ".join(f"{name} {part[what]}" for name, part in parts.items() if what in part)
            for what in ("samples", "groups")
        },
        "loss, metric": f"{card.loss}, {card.metric}",
        "normalised by": "; ".join(
            f"{what}: mean {_between(*found['mean'])}, deviation {_between(*found['std'])}"
            for what, found in card.normalisation.items()
            if found["mean"] != [0, 0] or found["std"] != [1, 1]
        ),
        "raw files": "; ".join(
            f"{file['name']}, {file['bytes']:,} bytes, sha256 {file['sha256'][:16]}…"
            for file in card.raw_files
        ),
        "version": card.task_digest,
    }


def _shape(lengths: list[int]) -> str:
    return " × ".join(map(str, lengths))


def _target(target: dict[str, Any]) -> str:
    if target.get("count"):
        return f"{target['count']} {'labels' if target['kind'] == 'MultiLabel' else 'classes'}"
    unit = f"in {target['unit']}" if target.get("unit") else ""
    return " ".join(filter(None, (target["kind"], _shape(target["shape"]), unit)))


def _between(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _balance(part: str, counts: list[int], names: list[str]) -> dict[str, Any]:
    """Return samples by class of one part, with a bar each where the classes are few enough."""
    names = [*names, *map(str, range(len(names), len(counts)))]
    shares = [100 * count / (max(counts) or 1) for count in counts]
    bars = list(zip(names, counts, shares, strict=False)) if len(counts) <= MOST_BARS else []
    text = f"{part}: {len(counts)} classes with {min(counts)} to {max(counts)} samples"
    return {"bars": bars, "text": text}
