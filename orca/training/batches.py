"""Batches of a prepared data set, in an order that depends on the seed and the epoch alone."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from orca.data.store import Prepared
from orca.errors import SettingsError
from orca.training.augment import AUGMENTATIONS

HELD_BYTES = 1 << 30  # a set up to this size is read once and kept


def seeded(*numbers: int) -> torch.Generator:
    """Return a generator whose draws depend on these numbers alone."""
    mixed = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed >> np.uint64(1)))


@dataclass(frozen=True, eq=False)
class Batches:
    """Micro-batches of some samples of a prepared set, normalised, on a device.

    Args:
        prepared: an open prepared set.
        rows: numbers of the samples that take part.
        size: samples per batch; the last batch of an epoch may be smaller.
        seed: of the order.
        device: where the batches are wanted.
    """

    prepared: Prepared
    rows: Int[np.ndarray, " n"]
    size: int
    seed: int
    device: torch.device

    def __post_init__(self) -> None:
        if self.size > len(self._units):
            raise SettingsError(
                where=f"batch_size of {self.prepared.path}",
                what=f"a batch of {self.size} is larger than the set of {len(self._units)} samples",
                mend=f"set batch_size to {len(self._units)} or less in config/hyperparameters.yaml",
            )

    @property
    def per_epoch(self) -> int:
        """Batches in an epoch."""
        return -(-len(self._units) // self.size)

    @cached_property
    def _sorted(self) -> Int[np.ndarray, " n"]:
        return np.sort(self.rows)

    @cached_property
    def _units(self) -> list[Int[np.ndarray, " pieces"]]:
        """Places in the sorted rows of which an epoch sees one each: a sample, or its pieces."""
        groups = self.prepared.groups(self._sorted) if self.prepared.task.redraw else None
        if groups is None:
            return list(np.arange(len(self._sorted))[:, None])
        order = np.argsort(groups, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)

    @cached_property
    def _held(self) -> tuple[Tensor, Tensor] | None:
        inputs, targets = self.prepared.read(self._sorted[:1])
        if (inputs.nbytes + targets.nbytes) * len(self.rows) > HELD_BYTES:
            return None
        inputs, targets = self.prepared.read(self._sorted)
        return torch.from_numpy(inputs), torch.from_numpy(targets)

    def _places(self, epoch: int, batch: int) -> Int[np.ndarray, " b"]:
        """Return the places in the sorted rows that a batch of an epoch takes."""
        generator = seeded(self.seed, 1, epoch)
        order = torch.randperm(len(self._units), generator=generator).numpy()
        draws = torch.rand(len(self._units), generator=generator, dtype=torch.float64).numpy()
        chosen = order[batch * self.size : (batch + 1) * self.size]
        return np.array(
            [self._units[unit][int(draws[unit] * len(self._units[unit]))] for unit in chosen]
        )

    def sample_numbers(self, epoch: int, batch: int) -> Int[np.ndarray, " b"]:
        """Return the sample numbers that a batch of an epoch holds."""
        return self._sorted[self._places(epoch, batch)]

    def read(
        self, epoch: int, batch: int
    ) -> tuple[Shaped[Tensor, "b *input"], Shaped[Tensor, "b *target"]]:
        """Return the inputs, changed at random where the task says so, and targets of a batch."""
        places = self._places(epoch, batch)
        if self._held is not None:
            inputs, targets = (tensor[places] for tensor in self._held)
        else:
            read = self.prepared.read(self._sorted[places])
            inputs, targets = (torch.from_numpy(array) for array in read)
        generator = seeded(self.seed, 12, epoch, batch)
        for name in self.prepared.task.augmentation:
            inputs = AUGMENTATIONS[name](inputs, self._zero, generator)
        return inputs.to(self.device), targets.to(self.device)

    @cached_property
    def _zero(self) -> Tensor:
        """What a raw value of zero is after normalising."""
        constants = self.prepared.input_constants
        return torch.from_numpy(constants.encode(np.zeros_like(constants.mean)[None])[0])
