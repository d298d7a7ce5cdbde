"""How far a stage has come: the history it leaves, and the checkpoints that it goes on from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from orca.logs import Clock
from orca.training.settings import Compiled

if TYPE_CHECKING:
    import pandas

READ_EVERY = 64


class PendingLosses:
    """Losses of steps that lie on the device and are read together, so that no step waits."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Tensor]] = []

    def add(self, step: int, loss: Tensor) -> None:
        """Keep a step's loss, a number."""
        self._waiting.append((step, loss.detach()))

    @property
    def many(self) -> bool:
        """Whether as many wait as are read at a time."""
        return len(self._waiting) >= READ_EVERY

    def read(self) -> Iterator[tuple[int, float]]:
        """Yield the steps and losses that wait, in order; none waits then."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            values = torch.stack([loss for _, loss in waiting]).tolist()
            yield from zip((step for step, _ in waiting), values, strict=True)


@dataclass
class History:
    """What a stage says of itself.

    Args:
        rows: of each epoch: its losses, learning rate, seconds.
        clock: seconds of the stage's parts.
        best_epoch: the epoch whose weights were kept; None where the last epoch's are.
        compiled: how the model ran.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    best_epoch: int | None = None
    compiled: Compiled = "off"

    def frame(self) -> "pandas.DataFrame":
        """Return the rows as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows)


class Checkpoints:
    """Where a stage leaves its progress: nowhere, so there is nothing to go on from.

    `orca.training.checkpoint.State` is a folder of it.
    """

    place: str = "memory"
    """Where the progress is, for messages."""

    @property
    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return False

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return the last checkpoint's tensors and record, or None where there is none."""
        return None

    def save(self, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
        """Keep a checkpoint."""
