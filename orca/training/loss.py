"""What a loss is: (model output, target) to the scalar that training descends.

Targets come as `orca.data.task` stores them: class numbers [batch], labels [batch, labels] of
zeros and ones, numbers [batch], fields [batch, channels, *grid]; a masked field has a second half
of channels that is 1 where a point does not count.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Int
from torch import Tensor

from orca.declarations import Declarations
from orca.errors import SettingsError
from orca.evaluation.metric import Kind

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class DeclaredLoss:
    """A loss that a task can name.

    Args:
        make: from the training samples of each class to the loss; None stands for no counts.
        kinds: of targets that it is defined for.
        needs_class_counts: whether `make` refuses None.
    """

    make: Callable[..., Loss]
    kinds: tuple[Kind, ...]
    needs_class_counts: bool = False

    @classmethod
    def of(cls, formula: Loss, *, kinds: tuple[Kind, ...]) -> "DeclaredLoss":
        """Return the declaration of a loss that is the same whatever the class counts are."""
        return cls(make=lambda _: formula, kinds=kinds)


LOSSES: Declarations[DeclaredLoss] = Declarations("orca.training.losses", "loss")


def make_loss(name: str, *, class_counts: Int[Tensor, " classes"] | None = None) -> Loss:
    """Return the loss of a task; it imports the module of that loss alone.

    Args:
        name: as the task declares it.
        class_counts: training samples of each class, for losses that weigh by them.

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
