"""Rows and columns of a table, and how the papers' tables name theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orca.data.task import TASKS
from orca.reporting.names import method_title
from orca.reporting.quantities import Quantity


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A row or a column: what it fixes of the cells along it.

    The cell where a row and a column meet takes each field from whichever of them has it.

    Args:
        name: key of the row or column in the files made from the table.
        title: as it stands in the table; empty for the task's or method's own title.
        task: whose runs the cells are about.
        method: or peer that the runs are made by; empty, on both sides, for published numbers alone.
        splits: tasks with other splits of the same rows, whose runs count as further ones; each
            split is then run once.
        peers: whether peers run for a row that joins them.
        body: of the runs; empty for the one chosen for the task's kind.
        quantity: what is reported; None for the task's metric.
        published: columns of the published numbers that pick the cell's number, over those
            that follow from task, method and quantity.
        fact: column of the papers' facts, in the line of the row's name, that the cell shows in
            place of a published number.
        group: heading over neighbouring rows.
    """

    name: str
    title: str = ""
    task: str = ""
    method: str = ""
    splits: tuple[str, ...] = ()
    peers: bool = True
    body: str = ""
    quantity: Quantity | None = None
    published: Mapping[str, str] = field(default_factory=dict)
    fact: str = ""
    group: str = ""

    def meet(self, other: "Axis") -> "Axis":
        """Return what both fix together; this one's fields come first."""
        fixed = ("task", "method", "splits", "body", "quantity", "fact")
        told: dict[str, Any] = {name: getattr(self, name) or getattr(other, name) for name in fixed}
        return replace(self, published={**other.published, **self.published}, **told)

    @property
    def heading(self) -> str:
        """The title: its own, or that of the task or method."""
        if self.title:
            return self.title
        if self.method and not self.task:
            return method_title(self.method)
        return TASKS[self.task].title if self.task in TASKS else self.name


def tasks(*names: str, group: str = "", body: str = "") -> tuple[Axis, ...]:
    """Return a row for each task."""
    return tuple(Axis(name=name, task=name, group=group, body=body) for name in names)


def methods(*names: str, quantity: Quantity | None = None) -> tuple[Axis, ...]:
    """Return a column for each method."""
    return tuple(Axis(name=name, method=name, quantity=quantity) for name in names)


def peers(*names: str) -> tuple[Axis, ...]:
    """Return a column for each peer, without published numbers."""
    return tuple(
        Axis(name=name, method=name, published={"method": f"{name} here"}) for name in names
    )


def rerun(**names: tuple[str, str]) -> tuple[Axis, ...]:
    """Return a column for each published method, of the title and the method or peer of ours.

    A column without our runs shows only the published number.
    """
    return tuple(
        Axis(name=name, title=title, method=ours, published={"method": name})
        for name, (title, ours) in names.items()
    )


def printed_alone(columns: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """Return the columns with their published numbers alone."""
    return tuple(replace(axis, method="") for axis in columns)


def baselines(**titles: str) -> tuple[Axis, ...]:
    """Return a column of published numbers, which we make no runs for, for each title by name."""
    return rerun(**{name: (title, "") for name, title in titles.items()})


def facts(**titles: str) -> tuple[Axis, ...]:
    """Return a column of the papers' facts for each title by its name there."""
    return tuple(Axis(name=name, title=title, fact=name) for name, title in titles.items())


def printed_in(paper: str, table: str, columns: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """Return the columns, with their published numbers taken from a certain table of a paper."""
    place = {"paper": paper, "table": table}
    return tuple(replace(axis, published={**axis.published, **place}) for axis in columns)
