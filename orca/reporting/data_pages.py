"""What a person should know of each prepared data set, from its card."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from orca.data.prepared_file import CARD
from orca.json_record import read_record
from orca.reporting.names import task_title

PARTS = ("train", "validation", "test")  # as a run meets them
PICTURES = ("*.png", "*.jpg")
MOST_BARS = 40  # classes that are shown one by one


@dataclass(frozen=True)
class Balance:
    """Samples by class of one part of a data set.

    Args:
        part: its name.
        bars: name, samples and share of the largest class in percent; none where there are too
            many classes.
        text: how many classes there are, and how large.
    """

    part: str
    bars: tuple[tuple[str, int, float], ...]
    text: str


@dataclass(frozen=True)
class DataPage:
    """One task's card in the report."""

    anchor: str
    title: str
    facts: tuple[tuple[str, str], ...]
    balances: tuple[Balance, ...]
    pictures: tuple[str, ...]
    card: str


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

    def facts_of_parts(self) -> dict[str, dict[str, Any]]:
        """Return what is said of each part, in the order that a run meets them."""
        return {name: self.parts[name] for name in PARTS if name in self.parts}


def pages(prepared: Path) -> list[DataPage]:
    """Return a page for each `prepared/<task>/card.json`, with the pictures beside it.

    Raises:
        ResultsError: if a card cannot be read.
    """
    return [_page(path) for path in sorted(prepared.glob(f"*/{CARD}"))]


def card_target(path: Path) -> dict[str, Any]:
    """Return what a task's card says of its target: kind, shape, and names where it has them.

    Raises:
        ResultsError: if the card cannot be read.
    """
    return _read_card(path).target


def _read_card(path: Path) -> Card:
    mend = f"prepare the task again: snakemake --force {path}"
    return read_record(Card, path, what="a task's card", mend=mend)


def _page(path: Path) -> DataPage:
    task, card = path.parent.name, _read_card(path)
    pictures = [picture for kind in PICTURES for picture in sorted(path.parent.glob(kind))]
    return DataPage(
        anchor=f"d-{task}",
        title=task_title(task),
        facts=tuple((name, text) for name, text in _facts(card).items() if text),
        balances=tuple(
            _balance(name, counts, card.target.get("names", []))
            for name, part in card.facts_of_parts().items()
            if (counts := part.get("per_class") or part.get("per_label"))
        ),
        pictures=tuple(_embedded(picture) for picture in pictures),
        card=path.read_text().strip(),
    )


def _facts(card: Card) -> dict[str, str]:
    parts = card.facts_of_parts()
    samples = [f"{name} {part['samples']}" for name, part in parts.items()]
    groups = [f"{name} {part['groups']}" for name, part in parts.items() if "groups" in part]
    return {
        "task": card.task,
        "benchmark": card.suite,
        "origin": card.origin,
        "variant of": card.variant_of,
        "differs": card.differs,
        "input": f"{_shape(card.input_shape)} {card.input_type}",
        "values": ", ".join(f"{name} {card.inputs[name]:g}" for name in ("min", "mean", "max")),
        "target": _target(card.target),
        "samples": ", ".join(samples),
        "groups": ", ".join(groups),
        "loss, metric": f"{card.loss}, {card.metric}",
        "normalised by": _normalisation(card.normalisation),
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


def _normalisation(constants: dict[str, dict[str, list[float]]]) -> str:
    return "; ".join(
        f"{what}: mean {_between(*found['mean'])}, deviation {_between(*found['std'])}"
        for what, found in constants.items()
        if found["mean"] != [0, 0] or found["std"] != [1, 1]
    )


def _between(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _balance(part: str, counts: list[int], names: list[str]) -> Balance:
    largest = max(counts) or 1
    names = [*names, *map(str, range(len(names), len(counts)))]
    bars = [
        (name, count, 100 * count / largest) for name, count in zip(names, counts, strict=False)
    ]
    text = f"{len(counts)} classes with {min(counts)} to {max(counts)} samples"
    return Balance(part, tuple(bars) if len(bars) <= MOST_BARS else (), text)


def _embedded(picture: Path) -> str:
    kind = "jpeg" if picture.suffix == ".jpg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
