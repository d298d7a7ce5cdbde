"""Puts together what stage three descends: the task's loss, and the method's around it."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from orca.data.store import Prepared
from orca.data.task import Classes
from orca.methods.method import Method
from orca.methods.objectives.objective import Making, Objective
from orca.models.assemble import Model
from orca.training.batches import seeded
from orca.training.cell import Cell
from orca.training.checkpoint import read_tensors
from orca.training.losses import Loss, make_loss


def in_units(loss: Loss, prepared: Prepared, device: torch.device) -> Loss:
    """Return a loss of decoded predictions and targets.

    Source: official code, Darcy flow: both are decoded before loss and metric.
    """
    constants = prepared.target_constants
    mean, std = (torch.from_numpy(c).to(device) for c in (constants.mean, constants.std))
    return lambda predicted, target: loss(predicted * std + mean, target * std + mean)


def task_loss(cell: Cell, prepared: Prepared) -> Loss:
    """Return the loss of the cell's task, with the class counts of its training samples."""
    target = cell.task.target
    if not isinstance(target, Classes):
        loss = make_loss(cell.task.loss)
        return in_units(loss, prepared, cell.device) if cell.task.loss_in_units else loss
    labels = prepared.targets(prepared.rows("train"))
    counts = torch.from_numpy(np.bincount(labels, minlength=target.count))
    return make_loss(cell.task.loss, class_counts=counts.to(cell.device))


def make_objective(
    method: Method, cell: Cell, *, model: Model, prepared: Prepared, source: Path | None, seed: int
) -> Objective:
    """Return the objective of a run, on the cell's device.

    Args:
        method: may put a loss of its own around the task's.
        cell: task, body, settings, device.
        model: that is trained.
        prepared: the task's data.
        source: the body's cached source, for methods that need it.
        seed: of the method's own random weights.
    """
    loss = task_loss(cell, prepared)
    if method.objective is None:
        return Objective(loss)
    tensors: dict[str, Tensor] = read_tensors(source)[0] if source else {}
    making = Making(
        model=model,
        task_loss=loss,
        source={name: tensor.to(cell.device) for name, tensor in tensors.items()},
        body=cell.body,
        weights=cell.weights,
        settings=cell.settings,
        generator=seeded(seed, 10),
    )
    objective: Objective = method.objective(making)
    return objective.to(cell.device)
