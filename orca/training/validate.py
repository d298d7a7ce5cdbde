"""Predictions of a model over samples, in the task's own units, and their score."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import nn

from orca.data.store import Prepared
from orca.evaluation.metrics import METRICS


def predict(
    model: nn.Module,
    prepared: Prepared,
    rows: Int[np.ndarray, " n"],
    *,
    batch_size: int,
    device: torch.device,
) -> Float[np.ndarray, "n *output"]:
    """Return the model's outputs for some samples of a prepared set, in the task's own units.

    Args:
        model: put into evaluation mode, and left in it.
        prepared: an open prepared set; it undoes the normalising of targets.
        rows: sample numbers, ascending.
        batch_size: samples at a time.
        device: that the model is on.
    """

    def outputs() -> Iterator[Float[np.ndarray, "b *output"]]:
        for start in range(0, len(rows), batch_size):
            inputs, _ = prepared.read(rows[start : start + batch_size])
            output = model(torch.from_numpy(inputs).to(device))
            yield prepared.decode_targets(output.float().cpu().numpy())

    model.eval()
    with torch.inference_mode():
        return np.concatenate(list(outputs()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Validation:
    """Scores a model on samples that it is not trained on, to choose an epoch or to watch.

    Args:
        prepared: the set that holds the samples.
        rows: their numbers, ascending.
        metric: name of the task's metric.
        every: epochs between two scores; 0 for none but those that choosing needs.
        chooses: whether the weights of the best epoch are kept, instead of the last.
        batch_size: samples at a time.
        device: that the model is on.
    """

    prepared: Prepared
    rows: Int[np.ndarray, " n"]
    metric: str
    every: int
    chooses: bool
    batch_size: int
    device: torch.device

    def due(self, epoch: int, epochs: int) -> bool:
        """Return whether the model is scored after this epoch; after the last it always is."""
        every = self.every or (1 if self.chooses else epochs)
        return (epoch + 1) % every == 0 or epoch + 1 == epochs

    def targets(self) -> Shaped[np.ndarray, "n *target"]:
        """Return the true targets in the task's own units."""
        return self.prepared.targets(self.rows)

    def score(self, model: nn.Module) -> tuple[float, float]:
        """Return the metric, and how far it is from perfect (lower is better)."""
        predicted = predict(
            model, self.prepared, self.rows, batch_size=self.batch_size, device=self.device
        )
        metric = METRICS[self.metric]
        value = metric.compute(predicted, self.targets())
        return value, metric.error(value)
