"""What runs cost and what they ran on, from the records beside their scores."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orca.reporting.cells import RunOfCell
from orca.reporting.names import method_title, task_title
from orca.reporting.numbers import alone

Row = list[tuple[str, float | None]]
LEDGER_TITLES = (
    "step", "jobs", "done", "expected", "told by", "used", "used / expected", "jobs took",
    "size expected", "size there",
)  # fmt: skip
PHASES = ("align", "train", "validate", "checkpoint", "evaluate")  # as a run meets them


@dataclass(frozen=True, kw_only=True)
class StepCost:
    """What a step was expected to cost, and what it used; None where nobody tells.

    Args:
        step: as the workflow's rule is called.
        jobs: expected, one for each seed.
        done: of these, those that are.
        expected: hours of all, on a V100.
        expected_of_done: hours of those done, on a V100.
        told_by: what tells the expected hours, and of how many jobs.
        used: hours of those done, as the runs timed themselves, else as Snakemake timed jobs.
        wall: hours of their processes, as Snakemake timed them, their start counted in.
        expected_gb: gigabytes to bring or to keep.
        used_gb: gigabytes that are there.
    """

    step: str
    jobs: int
    done: int
    expected: float | None
    expected_of_done: float | None
    told_by: str
    used: float | None
    wall: float | None
    expected_gb: float | None
    used_gb: float | None

    @property
    def ratio(self) -> float | None:
        """Hours used by the jobs done, over those expected of them."""
        if self.used is None or not self.expected_of_done:
            return None
        return self.used / self.expected_of_done


def ledger_rows(steps: Sequence[StepCost]) -> list[Row]:
    """Return a row for each step, as `LEDGER_TITLES` names the columns."""
    return [
        [
            (cost.step, None),
            (str(cost.jobs), float(cost.jobs)),
            (str(cost.done), float(cost.done)),
            _hours(cost.expected),
            (cost.told_by or "–", None),
            _hours(cost.used),
            ("–", None) if cost.ratio is None else (f"{cost.ratio:.2g}", cost.ratio),
            _hours(cost.wall),
            _size(cost.expected_gb),
            _size(cost.used_gb),
        ]
        for cost in steps
    ]


def _hours(hours: float | None) -> tuple[str, float | None]:
    return ("–", None) if hours is None else (seconds_in_words(3600 * hours), hours)


def _size(gigabytes: float | None) -> tuple[str, float | None]:
    if not gigabytes:  # a package that carries the data states no size
        return "–", None
    number, unit = (gigabytes, "GB") if gigabytes >= 1 else (1000 * gigabytes, "MB")
    return f"{alone(number, digits=2)} {unit}", gigabytes


def seconds_in_words(seconds: float) -> str:
    """Return a duration in the unit that suits it."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.1f} min" if seconds >= 90 else f"{seconds:.1f} s"


def costs(runs: Sequence[RunOfCell]) -> tuple[list[str], list[Row]]:
    """Return titles and rows: for each task, body and method the mean seconds by phase."""
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
        total = sum(sum(run.seconds.values()) for run in group)
        row.append((seconds_in_words(total), total))
        rows.append(row)
    return ["task", "body", "method", *phases, "all seeds"], rows


def software(runs: Sequence[RunOfCell]) -> list[Row]:
    """Return every version, commit and device that the runs' records name."""
    found: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        for name in ("python", "platform", "commit", "device"):
            if run.record.get(name):
                found[name].add(str(run.record[name]))
        versions: Any = run.record.get("versions", {})
        for library, version in versions.items():
            found[library].add(str(version))
    return [[(name, None), (", ".join(sorted(values)), None)] for name, values in found.items()]
