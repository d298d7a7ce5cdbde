"""What runs cost: the operations of a body, and the seconds that they take on a machine.

One estimate for time limits, seeds that share a job, `orca plan` and the time left of `orca run`.
The V100's constants were chosen so that estimates lie among the printed hours of ORCA (ICML 2023),
Tables 11 and 12; docs/cluster.md compares them. The core's were measured on an Intel Xeon (AVX-512).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from orca.data.sizes import assumed_sizes
from orca.data.target import Classes
from orca.data.task import Task
from orca.models.body import BODIES
from orca.models.pretraining.settings import PretrainSettings
from orca.models.settings import ModelSettings
from orca.models.shapes import BertShape, SwinShape
from orca.settings import Groups
from orca.training.settings import AlignSettings, FinetuneSettings
from orca.tuning.settings import TuningSettings

BASE_OPERATIONS = 2 * 85_000_000  # of a token, through the blocks of a body of base size
FORWARD_AND_BACK = 3.0  # of a training step, to the way forward alone
SOURCE_CLASSES = 10
DIGITS = 1797  # images of scikit-learn's that pretraining takes beside the fractals


@dataclass(frozen=True)
class Machine:
    """How fast a machine trains.

    Args:
        operations: a second, in float32.
        steps: seconds of an optimizer step beside its operations, by the kind of its body.
        aligned_class: seconds of a class and an epoch of alignment.
    """

    operations: float
    steps: Mapping[str, float]
    aligned_class: float


V100 = Machine(operations=1.0e13, steps={"grid": 0.1, "sequence": 0.04}, aligned_class=0.1)
CORE = Machine(operations=6.0e10, steps={"grid": 0.08, "sequence": 0.08}, aligned_class=0.15)


def finetune_seconds(task: Task, body: str, groups: Groups, machine: Machine) -> float:
    """Return the seconds of stage three."""
    settings = groups["finetune"]
    assert isinstance(settings, FinetuneSettings)
    return settings.epochs * epoch_seconds(task, body, groups, machine)


def epoch_seconds(task: Task, body: str, groups: Groups, machine: Machine) -> float:
    """Return the seconds of an epoch of fine-tuning; a small set is passed over several times."""
    settings = groups["finetune"]
    assert isinstance(settings, FinetuneSettings)
    least = settings.min_batches_per_epoch * settings.batch_size
    samples = max(assumed_sizes(task).fit * settings.fraction, least)
    each = _operations(task, body, groups) / machine.operations
    return samples * (each + machine.steps[task.kind] / settings.batch_size)


def align_seconds(task: Task, body: str, groups: Groups, machine: Machine) -> float:
    """Return the seconds of stage two: embedding each class's samples, and comparing them."""
    settings = groups["align"]
    assert isinstance(settings, AlignSettings)
    wanted = settings.clusters
    clusters = SOURCE_CLASSES if wanted == "source_classes" else wanted
    classes = task.target.count if isinstance(task.target, Classes) else clusters
    passed = _operations(task, body, groups) * settings.samples_per_class
    return settings.epochs * classes * (machine.aligned_class + passed / machine.operations)


def search_epochs(search: TuningSettings) -> float:
    """Return about how many epochs a search trains; each rung takes about as many as the lowest."""
    rungs = 1 + math.floor(math.log(search.max_epochs / search.min_epochs, search.reduction_factor))
    return float(search.trials * search.min_epochs * rungs + search.max_epochs)


def pretrain_seconds(body: str, settings: PretrainSettings, machine: Machine) -> float:
    """Return the seconds of pretraining a body that is not published."""
    samples = settings.epochs * (settings.fractal_classes * settings.images_per_class + DIGITS)
    each = FORWARD_AND_BACK * operations(BODIES[body].shape, 1) / machine.operations
    return samples * (each + machine.steps["grid"] / settings.batch_size)


def _operations(task: Task, body: str, groups: Groups) -> float:
    """Return the operations of one sample's forward and backward pass through a body."""
    model, shape = groups["model"], BODIES[body].shape
    assert isinstance(model, ModelSettings)
    if model.layers is not None and isinstance(shape, BertShape):
        shape = replace(shape, layers=model.layers)
    return FORWARD_AND_BACK * operations(shape, _tokens(task, model))


def _tokens(task: Task, settings: ModelSettings) -> int:
    """Return the tokens of a sequence; those of a grid are its body's."""
    if task.kind != "sequence":
        return 0
    length = assumed_sizes(task).input_shape[-1]
    return min(
        length, settings.sequence_length if not settings.kernel else length // settings.kernel
    )


def operations(shape: Any, tokens: int) -> int:
    """Return the operations of one sample's forward pass; an unknown shape counts as a base one.

    Args:
        shape: of the body.
        tokens: of the sample; a body of grids has its own number.
    """
    if isinstance(shape, BertShape):
        return shape.layers * _of_block(tokens, shape.width, shape.inner, tokens)
    if not isinstance(shape, SwinShape):
        return tokens * BASE_OPERATIONS
    found, count, width = 0, (shape.side // shape.patch) ** 2, shape.width
    for depth in shape.depths:
        found += depth * _of_block(count, width, shape.inner * width, shape.window**2)
        count, width = count // 4, width * 2
    return found


def _of_block(tokens: int, width: int, inner: int, seen: int) -> int:
    """Return those of a block: projections and feed-forward network, attention to `seen` tokens."""
    return 2 * tokens * (4 * width**2 + 2 * width * inner) + 4 * tokens * seen * width
