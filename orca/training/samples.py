"""Samples of a set on their way to a device: as stored, and normalised there."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float, Int, Num, Shaped
from torch import Tensor

from orca.data.normalise import Constants
from orca.data.sample_set import ArrayName, SampleSet
from orca.data.target import Classes
from orca.training.settings import HELD_BYTES

AHEAD = 4  # batches that are ready before they are asked for

Item = TypeVar("Item")
Result = TypeVar("Result")
OnDevice = tuple[Tensor, Tensor] | None  # mean and deviation, where they change something


def ahead(load: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what `load` makes of each item, in order; one thread works a few items ahead.

    Raises:
        Exception: whatever `load` raised, at the item that it stumbled over.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as reader:
        try:
            for item in items:
                waiting.append(reader.submit(load, item))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@dataclass(frozen=True, eq=False)
class SampleLoader:
    """Loads samples of a set, from memory where they are few enough, for a device.

    Loading may go on in another thread while the device works. What is loaded for a GPU lies in
    pinned memory, from which it is copied without anyone waiting for it.

    Args:
        rows: numbers of the samples that may be asked for, ascending.
        keep: whether they are asked for again and again, so that it pays to keep them.
    """

    data: SampleSet
    rows: Int[np.ndarray, " n"]
    device: torch.device
    keep: bool = True

    @cached_property
    def _held(self) -> dict[ArrayName, Num[np.ndarray, "n *part"]]:
        parts: tuple[ArrayName, ...] = ("inputs", "targets")
        one = sum(self.data.stored(part, self.rows[:1]).nbytes for part in parts)
        if not self.keep or one * len(self.rows) > HELD_BYTES:
            return {}
        return {part: np.array(self.data.stored(part, self.rows)) for part in parts}

    @cached_property
    def _of_inputs(self) -> OnDevice:
        return self._on_device(self.data.input_constants)

    @cached_property
    def _of_targets(self) -> OnDevice:
        return self._on_device(self.data.target_constants)

    def _on_device(self, constants: Constants) -> OnDevice:
        if constants.are_trivial:
            return None
        mean, std = torch.from_numpy(constants.mean), torch.from_numpy(constants.std)
        return mean.to(self.device), std.to(self.device)

    def load(self, part: ArrayName, rows: Int[np.ndarray, " b"]) -> Num[Tensor, "b *part"]:
        """Return inputs or targets as they are stored, in the order asked for, on the CPU."""
        loaded = self._empty(self.data.stored(part, rows[:1]), len(rows))
        if part in self._held:
            places = np.searchsorted(self.rows, rows)
            np.take(self._held[part], places, axis=0, out=loaded.numpy(), mode="clip")
        else:
            self.data.stored(part, rows, loaded.numpy())
        return loaded

    def _empty(self, like: Num[np.ndarray, "one *part"], count: int) -> Num[Tensor, "count *part"]:
        """Return room for some samples, pinned for a GPU."""
        shape, kind = (count, *like.shape[1:]), torch.from_numpy(np.empty(0, like.dtype)).dtype
        if self.device.type != "cuda":
            return torch.empty(shape, dtype=kind)
        with torch.cuda.device(self.device):  # each thread has a current device of its own
            return torch.empty(shape, dtype=kind, pin_memory=True)

    def inputs(self, loaded: Num[Tensor, "b *input"]) -> Float[Tensor, "b *input"]:
        """Return loaded inputs on the device, normalised."""
        return _normalised(loaded.to(self.device, non_blocking=True), self._of_inputs)

    def targets(self, loaded: Num[Tensor, "b *target"]) -> Shaped[Tensor, "b *target"]:
        """Return loaded targets on the device: normalised, or int64 for classes."""
        on_device = loaded.to(self.device, non_blocking=True)
        if isinstance(self.data.target, Classes):
            return on_device.long()
        return _normalised(on_device, self._of_targets)


def _normalised(values: Num[Tensor, "n *sample"], by: OnDevice) -> Float[Tensor, "n *sample"]:
    """Return what `Constants.encode` does, on the device; float32 is changed in its place."""
    if by is None:
        return values.float()
    mean, std = by
    return values.float().sub_(mean).div_(std)
