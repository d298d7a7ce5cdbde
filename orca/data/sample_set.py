"""What alignment and training read: samples with their targets, in a file or in memory."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int, Num

from orca.data.normalise import Constants, no_change
from orca.data.target import Classes, Target
from orca.data.task import Task

ArrayName = Literal["inputs", "targets", "groups"]


class SampleSet(ABC):
    """Samples by row number: arrays, unless a subclass says otherwise (`orca.data.store.Prepared`).

    They are those of a task, or are taken as they are.
    """

    task: Task | None = None

    @property
    def place(self) -> str:
        """Where they are, for messages."""
        return "the arrays given"

    @property
    @abstractmethod
    def target(self) -> Target:
        """What is predicted."""

    @property
    def input_constants(self) -> Constants:
        """How inputs are normalised."""
        return no_change(self.stored("inputs", np.zeros(1, np.int64)).shape[1:])

    @property
    def target_constants(self) -> Constants:
        """How targets are normalised."""
        return no_change(self.target.shape)

    @property
    def augmentation(self) -> tuple[str, ...]:
        """Names of random changes made to a training input, in order."""
        return self.task.augmentation if self.task else ()

    @property
    def redraw(self) -> bool:
        """Whether training sees one sample of each group and epoch."""
        return self.task is not None and self.task.redraw

    @property
    def pooling(self) -> str:
        """How predictions of one group become one; see `Task.pooling`."""
        return self.task.pooling if self.task else "none"

    @abstractmethod
    def stored(
        self,
        part: ArrayName,
        rows: Int[np.ndarray, " n"],
        out: Num[np.ndarray, "n *part"] | None = None,
    ) -> Num[np.ndarray, "n *part"]:
        """Return rows of a part as they are stored, in the order asked for, possibly repeated.

        They fill the array `out`, or are a new one, or a view of what is stored; `groups` are not
        in every set.
        """

    def targets(self, rows: Int[np.ndarray, " n"]) -> Num[np.ndarray, "n *target"]:
        """Return targets in their own units: int64 for classes, else float32."""
        kind = np.int64 if isinstance(self.target, Classes) else np.float32
        return self.stored("targets", rows).astype(kind, copy=False)

    def groups(self, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"] | None:
        """Return the number of the recording that each sample is a piece of, if there are any."""
        del rows
        return None


@dataclass(frozen=True, eq=False)
class ArraySet(SampleSet):
    """Samples in memory, channels first, and the values of their targets: nothing is normalised."""

    inputs: Num[np.ndarray, "n channels *size"]
    values: Num[np.ndarray, "n *target"]
    kind: Target

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self.kind

    def stored(
        self,
        part: ArrayName,
        rows: Int[np.ndarray, " n"],
        out: Num[np.ndarray, "n *part"] | None = None,
    ) -> Num[np.ndarray, "n *part"]:
        """Return rows of inputs or targets, in the order asked for."""
        values = self.inputs if part == "inputs" else self.values
        return np.take(values, rows, axis=0, out=out, mode="clip")
