"""One run on several GPUs: each process takes a share of every batch.

Started as `torchrun --standalone --nproc-per-node 4 -m orca finetune ...`. All processes read the
same batches and draw the same numbers. Each passes its share through the model; the outputs are
then brought together, so that the loss is that of the whole batch, whatever its formula, and the
gradients of the shares are added. The result is a single process's, but for the order of sums,
and for dropout, which draws other numbers. The first process alone writes.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, distributed, nn

from orca.errors import SettingsError
from orca.methods.method import Method
from orca.models.assemble import Model
from orca.training.cell import Cell, Places, Step, run_seeds
from orca.training.checkpoint import State

TIMEOUT = timedelta(minutes=30)  # one process validates or writes while the others wait


@dataclass(frozen=True)
class Ranks:
    """The processes of one run.

    Args:
        rank: number of this one, from 0.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> "Ranks":
        """Return the processes that torchrun started; one where it did not."""
        return cls(int(environment.get("RANK", 0)), int(environment.get("WORLD_SIZE", 1)))

    def share(self, count: int) -> slice:
        """Return this process's part of so many samples; the first parts are the larger ones."""
        each, rest = divmod(count, self.size)
        start = self.rank * each + min(self.rank, rest)
        return slice(start, start + each + (self.rank < rest))


@contextmanager
def joined(ranks: Ranks, device: torch.device) -> Iterator[None]:
    """Keep this process in the group of a run.

    Args:
        ranks: of the group.
        device: that this process computes on.
    """
    if device.type == "cuda":
        torch.cuda.set_device(device)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, rank=ranks.rank, world_size=ranks.size, timeout=TIMEOUT)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def device_of_rank(name: str) -> str:
    """Return the name of this process's own device, for a device that was asked for."""
    local = os.environ.get("LOCAL_RANK", "0")
    return f"cuda:{local}" if name in ("auto", "cuda") and torch.cuda.is_available() else name


def share_batches(model: Model, ranks: Ranks) -> None:
    """Let a model pass only this process's share of each batch, and give all outputs.

    Args:
        model: gets hooks that narrow its inputs, gather its outputs and add up its gradients.
        ranks: of the run.
    """
    sizes: list[int] = []

    def narrow(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        sizes.append(len(inputs[0]))
        part = ranks.share(len(inputs[0]))
        own = inputs[0][part] if part.stop > part.start else inputs[0][:1]
        return (own, *inputs[1:])

    def gather(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        return _gathered(output, sizes.pop(), ranks)

    def add_up(gradient: Tensor) -> Tensor:
        total = gradient.contiguous()
        distributed.all_reduce(total)
        return total

    model.register_forward_pre_hook(narrow)
    model.register_forward_hook(gather)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.register_hook(add_up)


def _gathered(own: Tensor, count: int, ranks: Ranks) -> Tensor:
    """Return the outputs for all samples; only this process's own take part in its gradient."""
    part = ranks.share(count)
    mine = own[: part.stop - part.start]
    largest = -(-count // ranks.size)
    padded = torch.zeros(largest, *own.shape[1:], dtype=own.dtype, device=own.device)
    padded[: len(mine)] = mine.detach()
    everybody = [torch.empty_like(padded) for _ in range(ranks.size)]
    distributed.all_gather(everybody, padded)
    parts = []
    for rank, outputs in enumerate(everybody):
        there = Ranks(rank, ranks.size).share(count)
        parts.append(mine if rank == ranks.rank else outputs[: there.stop - there.start])
    return torch.cat(parts)


@dataclass(frozen=True, kw_only=True)
class SharedCell(Cell):
    """A cell whose models share their batches among processes.

    Args:
        ranks: of the run.
        whole: the cell as a single process has it.
    """

    ranks: Ranks
    whole: Cell

    @classmethod
    def of(cls, cell: Cell, ranks: Ranks) -> "SharedCell":
        """Return a cell's shared form."""
        given = {each.name: getattr(cell, each.name) for each in fields(Cell)}
        return cls(**given, ranks=ranks, whole=cell)

    def model(self, method: Method, seed: int) -> Model:
        """Return the model that a method starts from, sharing its batches.

        Raises:
            SettingsError: if the method puts a loss of its own around the task's, which looks
                into the model.
        """
        if method.objective is not None:
            raise SettingsError(
                where="config/config.yaml, gpus_by_task",
                what=f"'{method.title}' cannot share its batches among GPUs",
                mend="leave the tasks that it runs on out of `gpus_by_task`",
            )
        model = self.whole.model(method, seed)
        share_batches(model, self.ranks)
        distributed.barrier()
        return model

    def facts(self) -> dict[str, Any]:
        """Return what a run's record says of the cell."""
        return {**super().facts(), "processes": self.ranks.size}


@dataclass
class Followed(State):
    """A state that the first process writes and this one only reads."""

    def save(self, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
        """Leave it to the first process."""

    @property
    def due(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True)
class Leading:
    """A step whose every run is announced to the other processes, which make it too."""

    step: Step
    announced: list[int | None] = field(default_factory=list)

    @property
    def cell(self) -> Cell:
        """What the runs share."""
        return self.step.cell

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return what the step reads."""
        return self.step.inputs(seed)

    def facts(self) -> Mapping[str, Any]:
        """Return what changes the step's result."""
        return self.step.facts()

    def announce(self, seed: int | None, folder: Path | None = None) -> None:
        """Tell the others what comes next; None for nothing more."""
        distributed.broadcast_object_list([seed, str(folder)], src=0)
        self.announced.append(seed)

    def run(self, seed: int, state: State, out: Path) -> None:
        """Make the run together with the others."""
        self.announce(seed, state.folder)
        self.step.run(seed, state, out)


def run_together(
    make_step: Callable[[Cell], Step],
    cell: Cell,
    seeds: Sequence[int],
    places: Places,
    ranks: Ranks,
) -> None:
    """Make one run per seed, on as many processes as torchrun started.

    Args:
        make_step: of a cell.
        cell: as a single process has it.
        seeds: of the runs.
        places: where they lie.
        ranks: the processes.
    """
    if ranks.size == 1:
        run_seeds(make_step(cell), seeds, places)
        return
    with joined(ranks, cell.device):
        run_seeds_together(make_step(SharedCell.of(cell, ranks)), seeds, places, ranks)


def run_seeds_together(step: Step, seeds: Sequence[int], places: Places, ranks: Ranks) -> None:
    """Make one run per seed on several processes; see `run_seeds`.

    Args:
        step: over a `SharedCell`.
        seeds: of the runs.
        places: where they lie; the first process alone writes there.
        ranks: of the group, which this process has joined.
    """
    if ranks.rank == 0:
        leading = Leading(step)
        run_seeds(leading, seeds, places)
        leading.announce(None)
        return
    while True:
        told: list[Any] = [None, None]
        distributed.broadcast_object_list(told, src=0)
        seed, folder = told
        if seed is None:
            return
        with TemporaryDirectory() as scratch:
            step.run(seed, Followed(Path(folder), ""), Path(scratch))
