"""Batches of a prepared data set, in an order that depends on the seed and the epoch alone."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from orca.data.store import Prepared
from orca.errors import SettingsError

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
        if self.size > len(self.rows):
            raise SettingsError(
                where=f"batch_size of {self.prepared.path}",
                what=f"a batch of {self.size} is larger than the set of {len(self.rows)} samples",
                mend=f"set batch_size to {len(self.rows)} or less in config/hyperparameters.yaml",
            )

    @property
    def per_epoch(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.rows) // self.size)

    @cached_property
    def _held(self) -> tuple[Tensor, Tensor] | None:
        inputs, targets = self.prepared.read(self.rows[:1])
        if (inputs.nbytes + targets.nbytes) * len(self.rows) > HELD_BYTES:
            return None
        inputs, targets = self.prepared.read(np.sort(self.rows))
        return torch.from_numpy(inputs), torch.from_numpy(targets)

    def order(self, epoch: int) -> Int[np.ndarray, " n"]:
        """Return the epoch's order of places in the sorted rows."""
        return torch.randperm(len(self.rows), generator=seeded(self.seed, 1, epoch)).numpy()

    def sample_numbers(self, epoch: int, batch: int) -> Int[np.ndarray, " b"]:
        """Return the sample numbers that a batch of an epoch holds."""
        places = self.order(epoch)[batch * self.size : (batch + 1) * self.size]
        return np.sort(self.rows)[places]

    def read(
        self, epoch: int, batch: int
    ) -> tuple[Shaped[Tensor, "b *input"], Shaped[Tensor, "b *target"]]:
        """Return the inputs and targets of a batch of an epoch."""
        places = self.order(epoch)[batch * self.size : (batch + 1) * self.size]
        if self._held is not None:
            inputs, targets = (tensor[places] for tensor in self._held)
        else:
            ascending = np.argsort(places)
            back = np.argsort(ascending)
            read = self.prepared.read(np.sort(self.rows)[places[ascending]])
            inputs, targets = (torch.from_numpy(array[back]) for array in read)
        return inputs.to(self.device), targets.to(self.device)
