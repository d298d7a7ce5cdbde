"""What stage three descends: the task's own loss, or a method's loss around it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from orca.models.assemble import Model
from orca.settings import Settings

TaskLoss = Callable[[Tensor, Tensor], Tensor]


class Objective(nn.Module):
    """A loss of a model on a batch.

    A method's own modules (gates, further heads) are attributes: their parameters are trained
    and stored like the model's. The training loop calls `loss` and nothing else.

    Args:
        task_loss: from (output, target) to a scalar, mean over the batch.
    """

    def __init__(self, task_loss: TaskLoss) -> None:
        super().__init__()
        self.task_loss = task_loss

    def loss(
        self,
        model: Model,
        inputs: Float[Tensor, "batch channels *size"],
        targets: Shaped[Tensor, "batch *target"],
        *,
        epoch: int,
        epochs: int,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch.

        Args:
            model: that is trained.
            inputs: normalised.
            targets: of the batch, as stored.
            epoch: number of this epoch, from 0.
            epochs: of the whole run.
            generator: of this step's own draws, on the model's device.
        """
        return self.task_loss(model(inputs), targets)


@dataclass(frozen=True, kw_only=True)
class ObjectiveInputs:
    """What a method's objective is made from.

    Args:
        model: as assembled, on its device.
        task_loss: from (output, target) to a scalar.
        source: the body's cached source samples: `numbers` [n, ...] as `orca.models.source_embedding` takes
            them and `labels` [n]; empty for a method that declares no `needs_source`.
        body: its name.
        weights: folder of its weights.
        settings: the method's own.
        generator: of random weights.
    """

    model: Model
    task_loss: TaskLoss
    source: dict[str, Tensor]
    body: str
    weights: Path
    settings: Settings | None
    generator: torch.Generator
