"""How far a stage has come: the history it leaves, and the checkpoints that it goes on from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor

from orca.logs import Clock
from orca.training.settings import Compiled

if TYPE_CHECKING:
    import pandas


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
