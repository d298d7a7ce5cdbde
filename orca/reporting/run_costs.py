"""What runs cost and what they ran on, from the records beside their scores."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from orca.reporting.names import method_title, task_title
from orca.reporting.table_records import RunOfCell

Row = list[tuple[str, float | None]]  # texts, and what their columns are sorted by
PHASES = ("align", "train", "validate", "checkpoint", "evaluate")  # as a run meets them


COSTS = (
    "Wall time of the runs in the tables, by task, body and method: mean over seeds for each phase, "
    "and the sum of all seeds."
)


class Records(NamedTuple):
    """A table that can be sorted; from the column `numeric_from` on it holds numbers."""

    titles: tuple[str, ...]
    rows: list[Row]
    numeric_from: int
    caption: str = ""


def seconds_in_words(seconds: float) -> str:
    """Return a duration in the unit that suits it."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.1f} min" if seconds >= 90 else f"{seconds:.1f} s"


def costs(runs: Iterable[RunOfCell]) -> Records | None:
    """Return for each task, body and method the mean seconds by phase."""
    timed = [run for run in runs if run.seconds]
    found = dict.fromkeys(phase for run in timed for phase in run.seconds)
    phases = sorted(found, key=lambda phase: (*PHASES, phase).index(phase))
    grouped: dict[tuple[str, ...], list[RunOfCell]] = defaultdict(list)
    for run in timed:
        grouped[tuple(run.path.split("/")[:3])].append(run)
    rows: list[Row] = []
    for (task, body, method), group in grouped.items():
        row: Row = [(task_title(task), None), (body, None), (method_title(method), None)]
        for phase in phases:
            seconds = [run.seconds[phase] for run in group if phase in run.seconds]
            mean = statistics.fmean(seconds) if seconds else None
            row.append((seconds_in_words(mean) if mean is not None else "–", mean))
        total = sum((sum(run.seconds.values()) for run in group), 0.0)
        rows.append([*row, (seconds_in_words(total), total)])
    titles = ("task", "body", "method", *phases, "all seeds")
    return Records(titles, rows, 3, COSTS) if rows else None


def software(runs: Iterable[RunOfCell]) -> Records | None:
    """Return every version, commit and device that the runs' records name."""
    found: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        named = {name: run.record.get(name) for name in ("python", "platform", "commit", "device")}
        for name, value in {**named, **run.record.get("versions", {})}.items():
            if value:
                found[name].add(str(value))
    rows: list[Row] = [
        [(name, None), (", ".join(sorted(values)), None)] for name, values in found.items()
    ]
    return Records(("what", "version"), rows, 9) if rows else None
