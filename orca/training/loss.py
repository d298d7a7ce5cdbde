"""What a loss is: (model output, target) to the scalar that training descends; terms of several.

Targets come as `orca.data.task` stores them: class numbers [batch], labels [batch, labels] of
zeros and ones, numbers [batch], fields [batch, channels, *grid]; a masked field has a second half
of channels that is 1 where a point does not count.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from torch import Tensor

from orca.data.sample_set import SampleSet
from orca.data.target import Classes
from orca.declarations import Declarations
from orca.errors import SettingsError
from orca.evaluation.metric import Kind


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss; on a GPU, nothing waits for its value.

    Args:
        formula: from (output, target) to a scalar; not a number where no loss is defined.
        faults: from a batch's targets to what is wrong with those for which no loss is defined, by
            their place in the batch; asked only once a loss was no finite number.
    """

    formula: Callable[[Tensor, Tensor], Tensor]
    faults: Callable[[Tensor], dict[int, str]] = lambda target: {}

    def __call__(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return self.formula(predicted, target)


@dataclass(frozen=True, kw_only=True)
class DeclaredLoss:
    """A loss that a task can name.

    Args:
        make: from the training samples of each class to the loss; None means no counts.
        kinds: of targets that it is defined for.
        needs_class_counts: whether `make` refuses None.
    """

    make: Callable[..., Loss]
    kinds: tuple[Kind, ...]
    needs_class_counts: bool = False

    @classmethod
    def of(
        cls, formula: Callable[[Tensor, Tensor], Tensor], *, kinds: tuple[Kind, ...], **more: Any
    ) -> "DeclaredLoss":
        """Return the declaration of a loss that is the same whatever the class counts are."""
        loss = Loss(formula, **more)
        return cls(make=lambda _: loss, kinds=kinds)


LOSSES: Declarations[DeclaredLoss] = Declarations("orca.training.losses", "loss")


def make_loss(name: str, *, class_counts: Int[Tensor, " classes"] | None = None) -> Loss:
    """Return the loss of a task; it imports the module of that loss alone.

    Class counts, of the training samples, are for losses that weigh by them.

    Raises:
        SettingsError: if there is no such loss, or if it needs counts and there are none.
    """
    declared = LOSSES.look_up(name, where="the task's loss")
    if declared.needs_class_counts and class_counts is None:
        raise SettingsError(
            where=f"the loss '{name}'",
            what="it weighs by class, and this task has no classes",
            mend="declare the task's target as `Classes`, or choose another loss",
        )
    return declared.make(class_counts)


def loss_for(name: str, data: SampleSet, rows: Int[np.ndarray, " n"], device: torch.device) -> Loss:
    """Return a loss by its name, with the class counts of the rows that are trained on."""
    if not isinstance(data.target, Classes):
        return make_loss(name)
    counts = np.bincount(data.targets(rows), minlength=data.target.count)
    return make_loss(name, class_counts=torch.from_numpy(counts).to(device))


def root_mean_squares(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Return the root mean squares of the error and of the target, in float32 at least."""
    precision = torch.promote_types(predicted.dtype, torch.float32)
    error = (predicted.to(precision) - target.to(precision)).flatten(1)
    root = math.sqrt(error.shape[1])
    return (
        torch.linalg.vector_norm(error, dim=1) / root,
        torch.linalg.vector_norm(target.to(precision).flatten(1), dim=1) / root,
    )


def values_and_counts(
    target: Num[Tensor, "batch both_channels *grid"],
) -> tuple[Num[Tensor, "batch channels *grid"], Num[Tensor, "batch channels *grid"]]:
    """Return a masked field's values, and 1 where a point counts."""
    values, ignored = target.chunk(2, dim=1)
    return values, 1 - ignored
