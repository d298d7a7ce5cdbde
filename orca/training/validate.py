"""Predictions of a model over samples, in the task's own units, and their score."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import nn

from orca.data.sample_set import SampleSet
from orca.evaluation.metric import METRICS
from orca.training.arithmetic import forward_pass, products
from orca.training.arrays import Array, as_inputs, device_of, row_numbers
from orca.training.samples import SampleLoader, ahead
from orca.training.settings import FinetuneSettings, Precision


def predict(
    model: nn.Module,
    inputs: Array | SampleSet,
    rows: Int[np.ndarray, " n"] | None = None,
    *,
    batch_size: int = 64,
    device: torch.device | None = None,
    precision: Precision = "tf32",
) -> Float[np.ndarray, "n *output"]:
    """Return the model's outputs for samples: logits, or numbers and fields in their own units.

    Args:
        model: put into evaluation mode, and left in it.
        inputs: arrays as the model takes them; or a set, which undoes the normalising of targets.
        rows: sample numbers, ascending; None for all of an array.
        batch_size: samples at a time.
        device: that the model is on; None asks the model.
        precision: of its products.
    """
    data, device = as_inputs(model, inputs), device or device_of(model)
    rows = row_numbers(data) if rows is None else rows
    samples = SampleLoader(data, rows, device, keep=False)
    parts = [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
    predicted, done = np.empty(0, np.float32), 0
    model.eval()
    with torch.inference_mode(), products(precision):
        for loaded in ahead(partial(samples.load, "inputs"), parts):
            with forward_pass(precision, device):
                output = model(samples.inputs(loaded)).float().cpu().numpy()
            if not done:
                predicted = np.empty((len(rows), *output.shape[1:]), np.float32)
            predicted[done : done + len(output)] = data.target_constants.decode_predicted(output)
            done += len(output)
    return predicted


def pool(
    predicted: Float[np.ndarray, "n *output"],
    targets: Shaped[np.ndarray, "n *target"],
    groups: Int[np.ndarray, " n"] | None,
    *,
    how: str,
) -> tuple[Float[np.ndarray, "g *output"], Shaped[np.ndarray, "g *target"]]:
    """Make one prediction of those for the pieces of a recording, as the task says.

    Args:
        predicted: a row per piece.
        targets: a row per piece; the pieces of a recording share theirs.
        groups: number of the recording that each piece is of; None where each is a sample of its
            own.
        how: `mean` of the logits, `majority` of the predicted classes, or `none`.
    """
    if groups is None or how == "none":
        return predicted, targets
    _, first, members = np.unique(groups, return_index=True, return_inverse=True)
    votes = predicted
    if how == "majority":
        votes = np.eye(predicted.shape[1], dtype=np.float32)[predicted.argmax(axis=1)]
    sums = np.zeros((len(first), *predicted.shape[1:]), np.float32)
    np.add.at(sums, members, votes)
    counts = np.bincount(members).reshape(-1, *[1] * (predicted.ndim - 1))
    return (sums / counts).astype(np.float32), targets[first]


@dataclass(frozen=True, kw_only=True, eq=False)
class Validation:
    """Scores a model on samples that it is not trained on, to choose an epoch or to watch.

    Args:
        rows: numbers of the samples in the set, ascending.
        settings: of stage three: how many epochs lie between two scores, whether the weights of the
            best epoch are kept, the batches and the precision.
    """

    data: SampleSet
    rows: Int[np.ndarray, " n"]
    metric: str
    settings: FinetuneSettings

    @property
    def chooses(self) -> bool:
        """Whether the weights of the best epoch are kept, instead of the last."""
        return self.settings.selection != "last_epoch"

    def due(self, epoch: int, epochs: int) -> bool:
        """Return whether the model is scored after this epoch; after the last it always is."""
        every = self.settings.validate_every or (1 if self.chooses else epochs)
        return (epoch + 1) % every == 0 or epoch + 1 == epochs

    def score(self, model: nn.Module) -> tuple[float, float]:
        """Return the metric, and how far it is from perfect (lower is better)."""
        size, precision = self.settings.batch_size, self.settings.precision
        predicted = predict(model, self.data, self.rows, batch_size=size, precision=precision)
        targets, groups = self.data.targets(self.rows), self.data.groups(self.rows)
        value = METRICS[self.metric].compute(
            *pool(predicted, targets, groups, how=self.data.pooling)
        )
        return value, METRICS[self.metric].error(value)
