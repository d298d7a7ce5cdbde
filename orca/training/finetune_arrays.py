"""Stage three on arrays: the workflow's step puts files, seeds and checkpoints around it."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from orca.data.sample_set import SampleSet
from orca.errors import SettingsError
from orca.evaluation.metric import METRICS
from orca.methods.objectives.objective import Objective
from orca.models.assemble import Model
from orca.training.arrays import Array, as_samples, device_of, row_numbers
from orca.training.batches import Batches
from orca.training.finetune_loop import FinetuneLoop
from orca.training.loss import Loss, loss_for
from orca.training.progress import Checkpoints, History
from orca.training.settings import FinetuneSettings, OptimizerSettings
from orca.training.validate import Validation

TaskLoss = str | Objective | Callable[[Tensor, Tensor], Tensor]


def finetune(  # noqa: PLR0913 (see `align`)
    model: Model,
    inputs: Array | SampleSet,
    targets: Array | None = None,
    *,
    loss: TaskLoss,
    validation: Validation | tuple[Array, Array] | None = None,
    metric: str = "",
    settings: FinetuneSettings | None = None,
    optimizer: OptimizerSettings | None = None,
    rows: Int[np.ndarray, " n"] | None = None,
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
    report: Callable[[int, float], None] = lambda epoch, error: None,
    certain_epochs: int | None = None,
    history: History | None = None,
) -> History:
    """Train the weights of a model that require a gradient on a task.

    The model changes in its place and is left in evaluation mode. Values are taken as they are: normalise them before.

    Args:
        model: on its device.
        inputs: samples x channels x length, or samples x channels x height x width.
        targets: class numbers [n], labels of zeros and ones [n, labels], numbers [n], or fields
            [n, channels, *grid]; None where `inputs` holds them.
        loss: name of a declared loss, a function of (output, target), or a method's objective.
        validation: further inputs and targets, scored by `metric`; the weights of the best epoch
            are kept unless `settings.selection` is `last_epoch`.
        metric: name of a declared metric.
        settings: of stage three. `fraction` is not read here: `rows` says which samples take part.
        optimizer: which optimizer, with which constants.
        rows: numbers of the samples that take part, ascending; None for all.
        seed: of order and dropout.
        checkpoints: to resume from; None writes none.
        report: gets each score (epoch, error); it may raise to end the run.
        certain_epochs: epochs before which `report` ends no run; None for all.
        history: that is filled, and returned.

    Returns:
        A row for each epoch: the loss, the learning rate, the score where there is one.

    Raises:
        DataError: if the arrays do not go together or hold numbers that are not finite.
        SettingsError: if there is no such loss or metric, a batch is larger than the set, or the
            warm-up longer than the training.
        TrainingError: if the loss is no finite number.
    """
    chosen, device = settings or FinetuneSettings(), device_of(model)
    free = not isinstance(loss, str)
    data = as_samples(model, inputs, targets, free=free)
    rows = row_numbers(data) if rows is None else rows
    if isinstance(validation, tuple):
        held = as_samples(model, *validation, free=free)
        METRICS.look_up(metric, where="the metric of the validation samples")
        validation = Validation(data=held, rows=row_numbers(held), metric=metric, settings=chosen)
    if validation is None and chosen.selection != "last_epoch":
        raise SettingsError(
            where="selection",
            what="the epoch is to be chosen on validation samples, and there are none",
            mend="give `validation` and `metric`, or set `selection` to 'last_epoch'",
        )
    loop = FinetuneLoop(
        model=model,
        objective=_objective(loss, data, rows, device),
        batches=Batches(
            data=data,
            rows=rows,
            size=chosen.batch_size,
            seed=seed,
            device=device,
            least=chosen.min_batches_per_epoch,
        ),
        settings=chosen,
        optimizer_settings=optimizer or OptimizerSettings(),
        seed=seed,
        checkpoints=checkpoints or Checkpoints(),
        validation=validation,
        history=history or History(),
        report=report,
        certain_epochs=certain_epochs,
    )
    with torch.random.fork_rng([device] if device.type == "cuda" else []):  # dropout draws from it
        loop.run()
    model.eval()
    return loop.history


def _objective(
    loss: TaskLoss, data: SampleSet, rows: Int[np.ndarray, " n"], device: torch.device
) -> Objective:
    if isinstance(loss, Objective):
        return loss
    return Objective(loss_for(loss, data, rows, device) if isinstance(loss, str) else Loss(loss))
