"""Stage two on arrays: the workflow's step puts files, seeds and checkpoints around it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.alignment.distance import DISTANCES
from orca.alignment.features import SourceFeatures, contiguous_labels
from orca.data.sample_set import SampleSet
from orca.models.assemble import Model
from orca.settings import checked
from orca.training.align_loop import AlignLoop, SourceDistance
from orca.training.arrays import Array, as_inputs, row_numbers
from orca.training.progress import Checkpoints, History
from orca.training.settings import AlignSettings, OptimizerSettings

AnySource = SourceDistance | SourceFeatures | tuple[Array, Array]


def align(  # noqa: PLR0913 (a stage has many choices, each with a default)
    model: Model,
    inputs: Array | SampleSet,
    labels: Array,
    *,
    source: AnySource,
    distance: str = "otdd",
    distance_settings: Mapping[str, Any] | None = None,
    settings: AlignSettings | None = None,
    optimizer: OptimizerSettings | None = None,
    rows: Int[np.ndarray, " n"] | None = None,
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
    exact: SourceDistance | None = None,
    history: History | None = None,
) -> History:
    """Train a model's embedder until the features of the inputs lie like the source's.

    The model's embedder changes in its place; body and predictor stay.

    Args:
        model: on its device.
        inputs: samples x channels x length, or samples x channels x height x width.
        labels: a class for each sample that takes part; for targets without classes, clusters of
            the targets (`orca.pseudo_labels`).
        source: features and labels of the source, n x width and n.
        distance: name of the distance that is brought down.
        distance_settings: of it, where they differ from its defaults.
        settings: of stage two. `held_out` and `clusters` are not read here: `rows` says which samples
            take part, `labels` which clusters there are; `record_exact_every` needs `exact`.
        optimizer: which optimizer, with which constants.
        rows: numbers of the samples that take part, ascending; None for all.
        seed: of all draws.
        checkpoints: to resume from; None writes none.
        exact: the distance over all classes at once that the history keeps beside the objective.
        history: that is filled, and returned.

    Returns:
        A row for each epoch: the distance, and the learning rate.

    Raises:
        DataError: if the arrays do not go together or hold numbers that are not finite.
        FeatureError: if features and source cannot be compared.
        SettingsError: if there is no such distance.
        TrainingError: if the distance is no finite number.
    """
    data, rows, numbers = _target(model, inputs, labels, rows)
    loop = AlignLoop(
        model=model,
        objective=_source_distance(source, distance, distance_settings, model),
        data=data,
        rows=rows,
        labels=numbers,
        settings=settings or AlignSettings(),
        seed=seed,
        optimizer_settings=optimizer or OptimizerSettings(),
        checkpoints=checkpoints or Checkpoints(),
        exact=exact,
        history=history or History(),
    )
    loop.run()
    return loop.history


def distance_to_source(  # noqa: PLR0913 (see `align`)
    model: Model,
    inputs: Array | SampleSet,
    labels: Array,
    *,
    source: AnySource,
    distance: str = "otdd",
    distance_settings: Mapping[str, Any] | None = None,
    settings: AlignSettings | None = None,
    rows: Int[np.ndarray, " n"] | None = None,
    seed: int = 0,
    drawn: bool = False,
) -> float:
    """Return the distance of the inputs' features from the source, without training.

    Arguments as of `align`. All samples of a class are in one computation, or, with `drawn`, as many
    as alignment draws, so that the cost does not grow with the set.
    """
    settings = settings or AlignSettings()
    data, rows, numbers = _target(model, inputs, labels, rows)
    loop = AlignLoop(
        model=model,
        objective=_source_distance(source, distance, distance_settings, model),
        data=data,
        rows=rows,
        labels=numbers,
        settings=settings,
        seed=seed,
    )
    return loop.value(size=settings.samples_per_class if drawn else len(rows))


def _source_distance(
    source: AnySource, distance: str, given: Mapping[str, Any] | None, model: Model
) -> SourceDistance:
    if isinstance(source, SourceDistance):
        return source
    declared = DISTANCES.look_up(distance, where="the distance")
    settings = checked(declared.settings, given or {}, where="distance_settings", reference="")
    if isinstance(source, tuple):
        source = SourceFeatures.of(*source)
    like = next(model.embedder.parameters())
    features = SourceFeatures(source.features.to(like), source.labels.to(like.device))
    return SourceDistance.of(declared, settings, features)


def _target(
    model: Model, inputs: Array | SampleSet, labels: Array, rows: Int[np.ndarray, " n"] | None
) -> tuple[SampleSet, Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """Return the set, the numbers of the samples that take part, and their classes from 0."""
    data = as_inputs(model, inputs)
    chosen = row_numbers(data) if rows is None else rows
    numbers = contiguous_labels(
        torch.as_tensor(labels), count=len(chosen), where="the labels of the inputs"
    )
    return data, chosen, numbers.cpu().numpy()
