"""What a table reports of a run: its metric, hours, a ratio of them, or a number of its record."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from orca.evaluation.metric import METRICS
from orca.evaluation.score import Score

Direction = Literal["lower", "higher"]


@dataclass(frozen=True)
class Quantity(ABC):
    """A number that can be read off a score.

    Args:
        name: its key in the published numbers.
        title: as it stands in a table, with its unit.
        direction: which way is better.
        perfect: the best value there can be.
        elsewhere: why it cannot be compared with a number from another machine; empty if it can.
    """

    name: str
    title: str
    direction: Direction = field(default="lower", kw_only=True)
    perfect: float = field(default=0.0, kw_only=True)
    elsewhere: str = field(default="", kw_only=True)

    @abstractmethod
    def of(self, score: Score) -> float | None:
        """Return the quantity of one successful run, or None where its score does not hold it."""


@dataclass(frozen=True)
class MetricValue(Quantity):
    """A metric of the predictions on a test split; see `metric_value`.

    Args:
        ending: of a further test split, as `Task.also_tested_on` names it; empty for the task's.
    """

    ending: str = ""

    def of(self, score: Score) -> float | None:
        """Return the metric, whether it is the task's own or a further one."""
        if score.metric == self.name and not self.ending:
            return score.value
        return score.metrics.get(f"{self.name}_{self.ending}" if self.ending else self.name)


def metric_value(
    name: str, published_direction: Direction = "lower", *, ending: str = ""
) -> MetricValue:
    """Return the value of a metric, also of one that is known from a paper alone.

    Args:
        name: as in `orca.evaluation.metrics`, or as published where that metric is not there.
        published_direction: which way is better, for a metric known from a paper alone; its best
            value is then taken for 0, 1 or 100 %.
        ending: of a further test split.
    """
    if name in METRICS:
        metric = METRICS[name]
        title, direction, perfect = metric.title, metric.direction, metric.perfect
    else:
        title, direction = name.replace("_", " "), published_direction
        highest = 100.0 if name.endswith("_pct") else 1.0
        perfect = highest if direction == "higher" else 0.0
    return MetricValue(name, title, ending, direction=direction, perfect=perfect)


@dataclass(frozen=True)
class Complement(Quantity):
    """What a metric in per cent leaves of 100: the accuracy of a 0-1 error."""

    of_metric: str

    def of(self, score: Score) -> float | None:
        """Return 100 less the metric."""
        value = metric_value(self.of_metric).of(score)
        return None if value is None else 100.0 - value


# Parts of a run as `orca.training` times them.
ALIGNING = ("align",)
FINETUNING = ("train", "validate", "checkpoint")
MACHINE = "time on another machine: the published one was an NVIDIA V100"


@dataclass(frozen=True)
class WallTime(Quantity):
    """Wall time of some phases of a run, in hours or in what `unit_seconds` makes of it."""

    phases: Sequence[str]
    unit_seconds: float = 3600.0
    elsewhere: str = field(default=MACHINE, kw_only=True)

    def of(self, score: Score) -> float | None:
        """Return the time. A phase that was not run took no time."""
        seconds = _spent(score, self.phases)
        return None if seconds is None else seconds / self.unit_seconds


@dataclass(frozen=True)
class Percentage(Quantity):
    """Some phases' wall time as a percentage of others'."""

    phases: Sequence[str]
    of_phases: Sequence[str]

    def of(self, score: Score) -> float | None:
        """Return the percentage, or None where one of the two was not timed."""
        part, whole = _spent(score, self.phases), _spent(score, self.of_phases)
        return 100 * part / whole if whole and part is not None else None


@dataclass(frozen=True)
class RecordValue(Quantity):
    """A number in the run's record, by its dotted path (`alignment.distance`)."""

    path: str

    def of(self, score: Score) -> float | None:
        """Return the number."""
        return _recorded(score, self.path)


@dataclass(frozen=True)
class TimePerEpoch(Quantity):
    """Seconds of some phases for each epoch, by the number of epochs that the record holds."""

    phases: Sequence[str]
    epochs: str
    elsewhere: str = field(default=MACHINE, kw_only=True)

    def of(self, score: Score) -> float | None:
        """Return the seconds, or None where time or epochs are not recorded."""
        epochs, seconds = _recorded(score, self.epochs), _spent(score, self.phases)
        return seconds / epochs if epochs and seconds is not None else None


def _spent(score: Score, phases: Sequence[str]) -> float | None:
    """Return the seconds of some phases together, or None if none of them was timed."""
    timed = [score.seconds[phase] for phase in phases if phase in score.seconds]
    return sum(timed) if timed else None


def _recorded(score: Score, path: str) -> float | None:
    """Return the number at a dotted path of a score's record, or None if there is none."""
    found: Any = score.record
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return float(found) if isinstance(found, int | float) else None
