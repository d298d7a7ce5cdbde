"""The constants that bring inputs and targets to mean 0 and deviation 1, from some samples."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Num

from orca.data.single_precision import smallest_deviation
from orca.errors import DataError

SMALLEST_SHARE = 1e-3
"""A target's position varies at least by this share of what its channel varies by."""
ADDED = 1e-5
"""The official code's divisor is the deviation plus this, in the data's own units."""


@dataclass(frozen=True)
class Constants:
    """What is subtracted and what is divided by, nowhere zero, both in the data's own units."""

    mean: Float[np.ndarray, "*sample"]
    std: Float[np.ndarray, "*sample"]

    def encode(self, values: Num[np.ndarray, "n *sample"]) -> Float[np.ndarray, "n *sample"]:
        """Return the values as a model sees them."""
        if self.are_trivial:
            return values.astype(np.float32)
        encoded = np.subtract(values, self.mean, dtype=np.float32)
        encoded /= self.std
        return encoded

    def decode(self, values: Num[np.ndarray, "n *sample"]) -> Float[np.ndarray, "n *sample"]:
        """Return a model's values in the data's own units."""
        decoded = np.multiply(values, self.std, dtype=np.float32)
        decoded += self.mean
        return decoded

    def decode_predicted(
        self, predicted: Num[np.ndarray, "n *output"]
    ) -> Float[np.ndarray, "n *output"]:
        """Return a model's predictions in the targets' own units; logits stay as they are."""
        if self.are_trivial:
            return predicted.astype(np.float32)
        # A masked field's second half of channels, the mask, is never predicted.
        channels = predicted.shape[1] if predicted.ndim > 1 else 1
        first = (c[:channels] if c.ndim else c for c in (self.mean, self.std))
        return Constants(*first).decode(predicted)

    @property
    def are_trivial(self) -> bool:
        """Whether they change nothing."""
        return not self.mean.any() and bool((self.std == 1).all())


def no_change(shape: tuple[int, ...]) -> Constants:
    """Return constants that change nothing, for samples with this many axes."""
    ones = (1,) * len(shape)
    return Constants(np.zeros(ones, np.float32), np.ones(ones, np.float32))


def stated(
    means: tuple[float, ...], deviations: tuple[float, ...], shape: tuple[int, ...]
) -> Constants:
    """Return published constants, one per channel or one for all."""
    if len(means) != len(deviations) or len(means) not in (1, shape[0]):
        raise DataError(
            where="the task's normalisation",
            what=f"{len(means)} means, {len(deviations)} deviations for {shape[0]} channels",
            mend="state one of each, or one per channel",
        )
    axes = (len(means),) + (1,) * (len(shape) - 1)
    return Constants(
        np.array(means, np.float32).reshape(axes), np.array(deviations, np.float32).reshape(axes)
    )


Kind = Literal["per_channel", "per_position"]
Blocks = Iterable[Num[np.ndarray, "n *sample"]]
Only = Bool[np.ndarray, "*sample"] | None
"""Which numbers of a sample normalising may touch; None for all."""


def moments(
    kind: Kind, blocks: Blocks, *, lost: int = 0
) -> tuple[Float[np.ndarray, "*constants"], Float[np.ndarray, "*constants"]]:
    """Return mean and standard deviation of samples that arrive in blocks, in double precision.

    Squared deviations are divided by the number of values less the degrees of freedom `lost`.

    Raises:
        DataError: if there are no more values for a constant than degrees of freedom lost.

    Source: Chan, Golub, LeVeque 1983, the pairwise update of mean and squared deviations.
    """
    count, mean, squares = 0, np.float64(0), np.float64(0)
    for block in blocks:
        axes = (0,) if kind == "per_position" else (0, *range(2, block.ndim))
        values = block.astype(np.float64)
        number = int(np.prod([block.shape[axis] for axis in axes]))
        mean_here = values.mean(axis=axes, keepdims=True)[0]
        squares_here = ((values - mean_here) ** 2).sum(axis=axes, keepdims=True)[0]
        total = count + number
        shift = mean_here - mean
        mean = mean + shift * (number / total)
        squares = squares + squares_here + shift**2 * (count * number / total)
        count = total
    if count <= lost:
        raise DataError(
            where="the task's normalisation",
            what=f"{count} value{'s' * (count != 1)} for a constant, whose deviation needs {lost + 1}",
            mend="give more samples, or normalise `per_channel`",
        )
    return np.asarray(mean), np.asarray(np.sqrt(squares / (count - lost)))


def of_inputs(kind: Kind, blocks: Blocks, only: Only) -> Constants:
    """Return the constants of inputs; a number that never changes is only shifted."""
    mean, std = moments(kind, blocks)
    return _restricted(mean, np.where(std > smallest_deviation(mean), std, 1.0), only)


def of_targets(kind: Kind, blocks: Blocks) -> Constants:
    """Return the constants of targets.

    A position that hardly varies gets a small divisor, not 1: else a model's error there would
    be decoded as large as where the field is large.
    """
    mean, std = moments(kind, blocks)
    typical = np.sqrt((std**2).mean(axis=tuple(range(1, std.ndim)), keepdims=True))
    std = np.asarray(np.maximum(std, SMALLEST_SHARE * typical))
    return Constants(mean.astype(np.float32), np.where(std > 0, std, 1.0).astype(np.float32))


def unit_gaussian(kind: Kind, blocks: Blocks, only: Only = None) -> Constants:
    """Return the constants of inputs or targets by the unbiased deviation, plus 1e-5.

    Source: Li et al. 2021 (arXiv:2010.08895), `UnitGaussianNormalizer` of its code.
    """
    mean, std = moments(kind, blocks, lost=1)
    return _restricted(mean, std + ADDED, only)


def _restricted(mean: np.ndarray, std: np.ndarray, only: Only) -> Constants:
    if only is not None and not only.all():
        mean, std = np.where(only, mean, 0.0), np.where(only, std, 1.0)
    return Constants(mean.astype(np.float32), std.astype(np.float32))
