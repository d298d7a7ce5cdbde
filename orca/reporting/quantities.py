"""What a table reports of a run: its metric, hours, a ratio of them, or a number of its record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from orca.evaluation.metric import METRICS
from orca.evaluation.score import Score

Reading = Callable[[Score], float | None]  # of a successful run; None where it is not there
# Parts of a run as `orca.training` times them.
ALIGNING = ("align",)
FINETUNING = ("train", "validate", "checkpoint")
STAGES = (*ALIGNING, *FINETUNING)
MACHINE = "time on another machine: the published one was an NVIDIA V100"


@dataclass(frozen=True)
class Quantity:
    """A number that can be read off a score.

    Args:
        name: its key in the published numbers.
        title: as it stands in a table, with its unit.
        perfect: the best value there can be.
        incomparable: why ours cannot be compared with a published one; empty if it can.
    """

    name: str
    title: str
    of: Reading
    direction: Literal["lower", "higher"] = "lower"
    perfect: float = 0.0
    incomparable: str = ""


NOTHING = Quantity("", "", lambda score: None)  # of a cell without a metric


def metric_value(name: str, *, ending: str = "") -> Quantity:
    """Return the value of a metric on a task's test split, or on a further one by its `ending`.

    Raises:
        SettingsError: if there is no such metric.
    """

    def of(score: Score) -> float | None:
        if score.metric == name and not ending:
            return score.value
        return score.metrics.get(f"{name}_{ending}" if ending else name)

    metric = METRICS.look_up(name, where="the metric of a published number or a table's row")
    return Quantity(name, metric.title, of, metric.direction, metric.perfect)


def accuracy(score: Score) -> float | None:
    """Return the accuracy: 100 % minus the 0-1 error."""
    error = metric_value("zero_one_error_pct").of(score)
    return None if error is None else 100.0 - error


def spent(*phases: str) -> Reading:
    """Return the reading of some phases' wall time; one that was not run took no time."""

    def of(score: Score) -> float | None:
        timed = [score.seconds[phase] for phase in phases if phase in score.seconds]
        return sum(timed) if timed else None

    return of


def recorded(*paths: str) -> Reading:
    """Return the reading of the first number in the run's record that is there, by dotted paths."""

    def of(score: Score) -> float | None:
        for path in paths:
            found: Any = score.record
            for key in path.split("."):
                found = found.get(key) if isinstance(found, dict) else None
            if isinstance(found, int | float):
                return float(found)
        return None

    return of


def ratio(part: Reading, whole: float | Reading, *, factor: float = 1.0) -> Reading:
    """Return the reading of one number over another, such as seconds over those of an hour."""

    def of(score: Score) -> float | None:
        above, below = part(score), whole(score) if callable(whole) else whole
        return factor * above / below if below and above is not None else None

    return of


def time(name: str, title: str, *phases: str, unit: float | Reading = 3600.0) -> Quantity:
    """Return the wall time of some phases in hours, or another unit of seconds."""
    return Quantity(name, title, ratio(spent(*phases), unit), incomparable=MACHINE)
