"""What a table reports of a run: its metric, hours, a ratio of them, or a recorded number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from orca.evaluation.metrics import METRICS
from orca.evaluation.score import Score

Direction = Literal["lower", "higher"]


@runtime_checkable
class Quantity(Protocol):
    """A number that can be read off a score; None where the score does not hold it."""

    @property
    def name(self) -> str:
        """Its key in the published numbers."""

    @property
    def title(self) -> str:
        """As it stands in a table, with its unit."""

    @property
    def direction(self) -> Direction:
        """Which way is better."""

    @property
    def perfect(self) -> float:
        """The best value there can be."""

    @property
    def elsewhere(self) -> str:
        """Why it cannot be compared with a number from another machine; empty if it can."""

    def of(self, score: Score) -> float | None:
        """Return the quantity of one successful run."""


@dataclass(frozen=True)
class Reported:
    """The metric `name` of the predictions on the test split.

    Args:
        name: as in `orca.evaluation.metrics`, or as published where that metric is not there.
        published_direction: which way is better, for a metric known from a paper alone.
        ending: of a further test split, as `Task.also_tested_on` names it; empty for the task's.
    """

    name: str
    published_direction: Direction = "lower"
    elsewhere: str = ""
    ending: str = ""

    @property
    def title(self) -> str:
        """The metric's title; for one known from a paper alone, its name in words."""
        return METRICS[self.name].title if self.name in METRICS else self.name.replace("_", " ")

    @property
    def direction(self) -> Direction:
        """Which way is better."""
        return METRICS[self.name].direction if self.name in METRICS else self.published_direction

    @property
    def perfect(self) -> float:
        """The best value there can be; for one known from a paper alone, 0, 1 or 100 %."""
        if self.name in METRICS:
            return METRICS[self.name].perfect
        highest = 100.0 if self.name.endswith("_pct") else 1.0
        return highest if self.direction == "higher" else 0.0

    def of(self, score: Score) -> float | None:
        """Return the metric, whether it is the task's own or a further one."""
        if score.metric == self.name and not self.ending:
            return score.value
        return score.metrics.get(f"{self.name}_{self.ending}" if self.ending else self.name)


@dataclass(frozen=True)
class Complement:
    """What a reported percentage leaves of 100: the accuracy of a 0-1 error."""

    name: str
    title: str
    of_metric: str
    direction: Direction = "higher"
    perfect: float = 100.0
    elsewhere: str = ""

    def of(self, score: Score) -> float | None:
        """Return 100 less the metric, or None where the score does not hold it."""
        reported = Reported(self.of_metric).of(score)
        return None if reported is None else 100.0 - reported


# Parts of a run as `orca.training` times them.
ALIGNING = ("align",)
FINETUNING = ("train", "validate", "checkpoint")
MACHINE = "time on another machine: the published one was an NVIDIA V100"


@dataclass(frozen=True)
class WallTime:
    """Wall time of some phases of a run, in hours or in what `unit_seconds` makes of it."""

    name: str
    title: str
    phases: Sequence[str]
    unit_seconds: float = 3600.0
    direction: Direction = "lower"
    perfect: float = 0.0
    elsewhere: str = MACHINE

    def of(self, score: Score) -> float | None:
        """Return the time, or None where no phase was timed. A phase not run took no time."""
        seconds = spent(score, self.phases)
        return None if seconds is None else seconds / self.unit_seconds


@dataclass(frozen=True)
class Percentage:
    """Some phases' wall time as a percentage of others'."""

    name: str
    title: str
    phases: Sequence[str]
    of_phases: Sequence[str]
    direction: Direction = "lower"
    perfect: float = 0.0
    elsewhere: str = ""

    def of(self, score: Score) -> float | None:
        """Return the percentage, or None where one of the two was not timed."""
        part, whole = spent(score, self.phases), spent(score, self.of_phases)
        return 100 * part / whole if whole and part is not None else None


@dataclass(frozen=True)
class Recorded:
    """A number in the run's record, by its dotted path (`alignment.distance`)."""

    name: str
    title: str
    path: str
    direction: Direction = "lower"
    perfect: float = 0.0
    elsewhere: str = ""

    def of(self, score: Score) -> float | None:
        """Return the number, or None where the record does not have it."""
        return recorded(score, self.path)


@dataclass(frozen=True)
class TimePerEpoch:
    """Seconds of stage three for each of its epochs, by the number that the record holds."""

    name: str
    title: str
    phases: Sequence[str]
    epochs: str
    direction: Direction = "lower"
    perfect: float = 0.0
    elsewhere: str = MACHINE

    def of(self, score: Score) -> float | None:
        """Return the seconds, or None where time or epochs are not recorded."""
        epochs, seconds = recorded(score, self.epochs), spent(score, self.phases)
        return seconds / epochs if epochs and seconds is not None else None


def spent(score: Score, phases: Sequence[str]) -> float | None:
    """Return the seconds of some phases together, or None if none of them was timed."""
    timed = [score.seconds[phase] for phase in phases if phase in score.seconds]
    return sum(timed) if timed else None


def recorded(score: Score, path: str) -> float | None:
    """Return the number at a dotted path of a score's record, or None if there is none."""
    found: Any = score.record
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return float(found) if isinstance(found, int | float) else None
