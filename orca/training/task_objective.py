"""Puts together what stage three descends: the task's loss, and the method's around it."""

from pathlib import Path

import torch
from torch import Tensor

from orca.data.store import Prepared
from orca.declarations import named
from orca.methods.method import METHODS
from orca.methods.objectives.objective import Objective, ObjectiveInputs
from orca.models.assemble import Model
from orca.settings import Settings
from orca.training.batches import seeded
from orca.training.loss import Loss, loss_for
from orca.training.setup import Setup
from orca.training.tensor_file import read_of_body


def in_units(loss: Loss, prepared: Prepared, device: torch.device) -> Loss:
    """Return a loss of decoded predictions and targets.

    Source: official code, Darcy flow: both are decoded before loss and metric.
    """
    constants = prepared.target_constants
    mean, std = (torch.from_numpy(c).to(device) for c in (constants.mean, constants.std))
    return Loss(
        lambda predicted, target: loss(predicted * std + mean, target * std + mean),
        faults=lambda target: loss.faults(target * std + mean),
    )


def make_objective(  # noqa: PLR0913 (what a method's loss is made from)
    method: str,
    setup: Setup,
    *,
    own: Settings | None,
    model: Model,
    prepared: Prepared,
    source: Path | None,
    seed: int,
) -> Objective:
    """Return a run's objective, on the setup's device; a method may put its own around the loss.

    The source is the body's cached one, for methods that need it, and the seed is of the method's
    own random weights.
    """
    task, declared = setup.task, METHODS[method]
    loss = loss_for(task.loss, prepared, prepared.rows("train"), setup.device)
    loss = in_units(loss, prepared, setup.device) if task.loss_in_units else loss
    if not declared.objective:
        return Objective(loss)
    tensors: dict[str, Tensor] = read_of_body(source, setup.body) if source else {}
    inputs = ObjectiveInputs(
        model=model,
        task_loss=loss,
        source={name: tensor.to(setup.device) for name, tensor in tensors.items()},
        body=setup.body,
        weights=setup.weights,
        settings=own,
        generator=seeded(seed, 10),
    )
    objective: Objective = named(declared.objective)(inputs)
    return objective.to(setup.device)
