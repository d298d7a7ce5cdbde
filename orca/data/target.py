"""What a task asks for: a class, labels, a number, a field."""

import math
from dataclasses import dataclass
from typing import ClassVar


class AnyTarget:
    """What all kinds of targets have in common; the defaults are those of a single number."""

    name: ClassVar[str] = "scalar"

    @property
    def kind(self) -> str:
        """Name of the kind, as losses and metrics list those that they are defined for."""
        return self.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample's target as stored."""
        return ()

    @property
    def outputs(self) -> int:
        """Numbers that a model must give for one sample."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Classes(AnyTarget):
    """One of `count` classes, stored as whole numbers from 0."""

    name: ClassVar[str] = "classes"
    count: int
    names: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """A logit per class."""
        return self.count


@dataclass(frozen=True)
class MultiLabel(AnyTarget):
    """Any number of `count` labels at once, stored as zeros and ones."""

    name: ClassVar[str] = "multi_label"
    count: int
    names: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """A number per label."""
        return (self.count,)


@dataclass(frozen=True)
class Scalar(AnyTarget):
    """One real number."""

    unit: str = ""


@dataclass(frozen=True)
class Field(AnyTarget):
    """`channels` fields on a regular grid, a value at each point.

    Args:
        grid: points along each axis: one number in 1D, two in 2D.
        channels: fields predicted together.
        binary: each point is 0 or 1, and the model gives its logit.
        masked: `read` gives a second half of channels that is 1 where a point does not count.
    """

    grid: tuple[int, ...]
    channels: int = 1
    unit: str = ""
    binary: bool = False
    masked: bool = False

    @property
    def kind(self) -> str:
        """A field, with what is special about it."""
        return "masked_" * self.masked + "binary_" * self.binary + "field"

    @property
    def shape(self) -> tuple[int, ...]:
        """Channels and grid, the masks behind the fields."""
        return (self.channels * (2 if self.masked else 1), *self.grid)

    @property
    def outputs(self) -> int:
        """A number per field and point; masks are not predicted."""
        return self.channels * math.prod(self.grid)


Target = Classes | MultiLabel | Scalar | Field
