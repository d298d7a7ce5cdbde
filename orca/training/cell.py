"""What every run of a cell of the grid shares: a task, a body, settings, and where they lie."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch

from orca.data.store import Prepared
from orca.data.task import Task
from orca.logs import log
from orca.methods.method import Method
from orca.models.assemble import Model, assemble
from orca.models.trainable import choose_trainable
from orca.provenance import code_digest
from orca.settings import FinetuneSettings
from orca.training.batches import seeded
from orca.training.build import output_of
from orca.training.checkpoint import State, fingerprint, publish
from orca.training.record import digests

CODE = ("training", "models", "methods", "alignment", "data/store.py", "evaluation/metrics.py")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A task and a body with the settings that its runs share.

    Args:
        task_name: of the task.
        task: its declaration.
        task_argument: what the command line says of it: its name, or a user's whole entry.
        body: name of the body.
        settings: of all stages.
        prepared: the task's `fit.h5`.
        weights: folder of the body's weights.
        device: that the runs use.
    """

    task_name: str
    task: Task
    body: str
    settings: FinetuneSettings
    prepared: Path
    weights: Path
    device: torch.device
    task_argument: str = ""

    def fixed_by(self, method: Method) -> "Cell":
        """Return the cell with the settings that a method fixes."""
        return replace(self, settings=method.fixed(self.settings))

    def model(self, method: Method, seed: int) -> Model:
        """Return the model that a method starts from, on the device."""
        with Prepared(self.prepared, self.task) as prepared:
            input_shape = prepared.input_shape
        model = assemble(
            self.body,
            input_shape=input_shape,
            output=output_of(self.task.target),
            settings=self.settings,
            start=method.start,
            embedder=method.embedder,
            folder=self.weights,
            generator=seeded(seed, 0),
        )
        choose_trainable(model, method.trains, generator=seeded(seed, 11))
        return model.to(self.device)

    @cached_property
    def input_digests(self) -> dict[str, str]:
        """Digests of the prepared data and of the body's weights."""
        return digests([self.prepared, *sorted(self.weights.glob("*.safetensors"))])

    def facts(self) -> dict[str, Any]:
        """Return what of the cell changes a result."""
        return {
            "task": self.task_name,
            "task_digest": self.task.digest,
            "body": self.body,
            "settings": self.settings.model_dump(mode="json"),
        }

    def record(self) -> dict[str, Any]:
        """Return what a run's record says of the cell: facts, and where its files lie."""
        places = {"prepared": str(self.prepared), "weights": str(self.weights)}
        return {**self.facts(), **places, "task_argument": self.task_argument or self.task_name}


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the runs of a cell lie, each in a folder `seed<k>`.

    Args:
        out: folder for finished runs, declared to Snakemake.
        state: folder for unfinished ones, not declared, so that it survives a failure.
    """

    out: Path
    state: Path


@runtime_checkable
class Step(Protocol):
    """What makes one run of a cell."""

    @property
    def cell(self) -> Cell:
        """What the runs share."""

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the files that a run reads beside the cell's."""

    def facts(self) -> Mapping[str, Any]:
        """Return what else changes the result."""

    def run(self, seed: int, state: State, out: Path) -> None:
        """Make the run: its outputs go to `out`, `run.json` last."""


def run_seeds(step: Step, seeds: Sequence[int], places: Places) -> None:
    """Make one run per seed, each resumable, and publish them together.

    A job of several seeds that is interrupted goes on with the seed that was under way: those
    finished before wait in their state folders, since Snakemake wipes what a failed job declared.
    """
    states = {
        places.out / f"seed{seed}": State(
            places.state / f"seed{seed}",
            _fingerprint(step, seed),
            seconds=step.cell.settings.checkpoint_seconds,
        )
        for seed in seeds
    }
    with ExitStack() as held:
        for state in states.values():
            held.enter_context(state.held())
        for seed, state in zip(seeds, states.values(), strict=True):
            if state.finished:
                log.info("seed %d is finished already", seed)
                continue
            state.outputs.mkdir(exist_ok=True)
            log.info("seed %d", seed)
            step.run(seed, state, state.outputs)
        publish(states)


def _fingerprint(step: Step, seed: int) -> str:
    cell = step.cell
    kept = cell.settings.model_dump(mode="json", exclude={"checkpoint_seconds"})
    return fingerprint(
        **step.facts(),
        **cell.facts() | {"settings": kept},
        seed=seed,
        code=code_digest(*CODE),
        inputs=sorted([*cell.input_digests.values(), *step.inputs(seed).values()]),
        threads=torch.get_num_threads(),
        device=cell.device.type,
    )
