"""Batches of a prepared data set, in an order that depends on the seed and the epoch alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from orca.data.sample_set import SampleSet
from orca.errors import SettingsError
from orca.training.augment import AUGMENTATIONS
from orca.training.samples import SampleLoader, ahead

Batch = tuple[Shaped[Tensor, "b *input"], Shaped[Tensor, "b *target"]]


def seeded(*numbers: int, device: torch.device | None = None) -> torch.Generator:
    """Return a generator whose draws depend on these numbers, and on the kind of device, alone."""
    mixed = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
    return torch.Generator(device or "cpu").manual_seed(int(mixed >> np.uint64(1)))


@dataclass(frozen=True, eq=False)
class Batches:
    """Micro-batches of some samples of a set, normalised, on a device.

    Args:
        rows: numbers of the samples that take part.
        size: samples per batch; the last batch of an epoch may be smaller.
        seed: of the order.
        least: smallest number of batches in an epoch, which passes over a small set as often as
            that takes.
    """

    data: SampleSet
    rows: Int[np.ndarray, " n"]
    size: int
    seed: int
    device: torch.device
    least: int = 1
    _drawn: dict[int, Int[np.ndarray, " n"]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.size > self._count:
            raise SettingsError(
                where=f"batch_size of {self.data.place}",
                what=f"a batch of {self.size} is larger than the set of {self._count} samples",
                mend=f"set batch_size to {self._count} or less in the settings of fine-tuning",
            )

    @property
    def per_epoch(self) -> int:
        """Batches in an epoch."""
        return self._passes * self._per_pass

    @cached_property
    def _per_pass(self) -> int:
        return -(-self._count // self.size)

    @cached_property
    def _passes(self) -> int:
        """How often an epoch passes over the samples."""
        return -(-self.least // self._per_pass)

    @cached_property
    def samples(self) -> SampleLoader:
        """The samples that take part."""
        return SampleLoader(self.data, np.sort(self.rows), self.device)

    @cached_property
    def _pieces(self) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " units"]] | None:
        """The rows of recordings of which an epoch sees one piece each, and where each begins."""
        rows = self.samples.rows
        groups = self.data.groups(rows) if self.data.redraw else None
        if groups is None:
            return None
        order = np.argsort(groups, kind="stable")
        return rows[order], np.flatnonzero(np.diff(groups[order], prepend=groups.min() - 1))

    @cached_property
    def _count(self) -> int:
        return len(self.rows) if self._pieces is None else len(self._pieces[1])

    def _order(self, number: int) -> Int[np.ndarray, " units"]:
        """Return the sample numbers of a pass in their order; the last one's is kept."""
        found = self._drawn.get(number)
        if found is None:
            generator = seeded(self.seed, 1, number)
            order = torch.randperm(self._count, generator=generator).numpy()
            if self._pieces is None:
                found = self.samples.rows[order]
            else:
                rows, starts = self._pieces
                sizes = np.diff(starts, append=len(rows))
                draws = torch.rand(len(starts), generator=generator, dtype=torch.float64).numpy()
                found = rows[starts + (draws * sizes).astype(np.int64)][order]
            self._drawn.clear()
            self._drawn[number] = found
        return found

    def sample_numbers(self, epoch: int, batch: int) -> Int[np.ndarray, " b"]:
        """Return the sample numbers that a batch of an epoch holds."""
        passed, place = divmod(batch, self._per_pass)
        order = self._order(epoch * self._passes + passed)
        return order[place * self.size : (place + 1) * self.size]

    def load(self, epoch: int, batch: int) -> Batch:
        """Return a batch as stored, inputs changed at random where the task says so."""
        rows = self.sample_numbers(epoch, batch)
        inputs, targets = self.samples.load("inputs", rows), self.samples.load("targets", rows)
        changes = self.data.augmentation
        if changes:
            generator = seeded(self.seed, 12, epoch, batch)
            for name in changes:
                AUGMENTATIONS[name](inputs, generator)
        return inputs, targets

    def read(self, epoch: int, batch: int) -> Batch:
        """Return the inputs and targets of a batch, normalised, on the device."""
        inputs, targets = self.load(epoch, batch)
        return self.samples.inputs(inputs), self.samples.targets(targets)

    def epoch(self, epoch: int, first: int = 0) -> Iterator[tuple[int, Batch]]:
        """Yield the batches of an epoch as `read` gives them, each with its number.

        The first is that of the number `first`; the next ones are loaded meanwhile.
        """
        wanted = range(first, self.per_epoch)
        loads = ahead(lambda batch: self.load(epoch, batch), wanted)
        for batch, (inputs, targets) in zip(wanted, loads, strict=True):
            yield batch, (self.samples.inputs(inputs), self.samples.targets(targets))
