"""What a table reports of a run: its metric, hours, a ratio of them, or a number of its record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orca.evaluation.metric import METRICS
from orca.evaluation.score import Score

Direction = Literal["lower", "higher"]
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
        of: returns it for a successful run, or None where the score does not hold it.
        direction: which way is better.
        perfect: the best value there can be.
        elsewhere: why it cannot be compared with a number from another machine; empty if it can.
    """

    name: str
    title: str
    of: Callable[[Score], float | None]
    direction: Direction = "lower"
    perfect: float = 0.0
    elsewhere: str = ""


def metric_value(
    name: str, published_direction: Direction = "lower", *, ending: str = ""
) -> Quantity:
    """Return the value of a metric on a test split, also of one that is known from a paper alone.

    Args:
        name: as in `orca.evaluation.metrics`, or as published where that metric is not there.
        published_direction: which way is better, for a metric known from a paper alone; its best
            value is then taken for 0, 1 or 100 %.
        ending: of a further test split, as `Task.also_tested_on` names it; empty for the task's.
    """

    def of(score: Score) -> float | None:
        if score.metric == name and not ending:
            return score.value
        return score.metrics.get(f"{name}_{ending}" if ending else name)

    if name in METRICS:
        metric = METRICS[name]
        return Quantity(name, metric.title, of, metric.direction, metric.perfect)
    highest = 100.0 if name.endswith("_pct") else 1.0
    perfect = highest if published_direction == "higher" else 0.0
    return Quantity(name, name.replace("_", " "), of, published_direction, perfect)


def accuracy_pct() -> Quantity:
    """Return the accuracy, which is what the 0-1 error leaves of 100 %."""
    error = metric_value("zero_one_error_pct")

    def of(score: Score) -> float | None:
        value = error.of(score)
        return None if value is None else 100.0 - value

    return Quantity("accuracy_pct", "accuracy (%)", of, "higher", perfect=100.0)


def wall_time(
    name: str, title: str, phases: Sequence[str], *, unit_seconds: float = 3600.0
) -> Quantity:
    """Return the wall time of some phases of a run. A phase that was not run took no time."""

    def of(score: Score) -> float | None:
        seconds = _spent(score, phases)
        return None if seconds is None else seconds / unit_seconds

    return Quantity(name, title, of, elsewhere=MACHINE)


def percentage(name: str, title: str, phases: Sequence[str], of_phases: Sequence[str]) -> Quantity:
    """Return some phases' wall time as a percentage of others', where both were timed."""

    def of(score: Score) -> float | None:
        part, whole = _spent(score, phases), _spent(score, of_phases)
        return 100 * part / whole if whole and part is not None else None

    return Quantity(name, title, of)


def record_value(name: str, title: str, path: str, *, elsewhere: str = "") -> Quantity:
    """Return a number in the run's record, by its dotted path (`alignment.distance`)."""
    return Quantity(name, title, lambda score: _recorded(score, path), elsewhere=elsewhere)


def time_per_epoch(name: str, title: str, phases: Sequence[str], epochs: str) -> Quantity:
    """Return seconds of some phases for each epoch, by the number of epochs in the record."""

    def of(score: Score) -> float | None:
        count, seconds = _recorded(score, epochs), _spent(score, phases)
        return seconds / count if count and seconds is not None else None

    return Quantity(name, title, of, elsewhere=MACHINE)


def _spent(score: Score, phases: Sequence[str]) -> float | None:
    """Return the seconds of some phases together, or None if none of them was timed."""
    timed = [score.seconds[phase] for phase in phases if phase in score.seconds]
    return sum(timed) if timed else None


def _recorded(score: Score, path: str) -> float | None:
    found: Any = score.record
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return float(found) if isinstance(found, int | float) else None
