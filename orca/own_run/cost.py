"""How many seconds the jobs of a run would take on the machine at hand, and fitting a budget.

On a GPU the estimates are those of `orca.workflow.resources`. On a processor they follow from the
operations of the body and from constants measured on one core of an Intel Xeon (AVX-512); they
are there to say "two minutes" or "an hour", and to choose epochs by, alike on every call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import singledispatch
from pathlib import Path
from typing import Any

from orca.models.body import BODIES
from orca.models.pretraining.settings import PretrainSettings
from orca.models.settings import ModelSettings
from orca.models.shapes import BertShape, SwinShape
from orca.training.settings import FinetuneSettings
from orca.workflow.plan import Job
from orca.workflow.resources import (
    CLASS_SECONDS,
    align_hours,
    epoch_samples,
    search_epochs,
    tokens,
)
from orca.workflow.runs import Runs

START_SECONDS = 9.0  # of a job: interpreter, imports, reading and writing
STEP_SECONDS = 0.08  # of an optimizer step on a core, beside the operations
OPERATIONS_PER_SECOND = 6.0e10  # of a core, in float32
BASE_OPERATIONS = 2 * 85_000_000  # of a token, through the blocks of a body of base size
FORWARD_AND_BACK = 3.0  # of a training step, to the way forward alone
CLASS_ON_CORE = 0.15  # seconds of a class and an epoch of alignment
DIGITS = 1797  # images of scikit-learn's that pretraining takes beside the fractals
GPU_MARK = Path("/dev/nvidiactl")  # is there where a driver is


@singledispatch
def operations(shape: Any, tokens: int) -> int:
    """Return the operations of one sample's way through a body: of a shape not known, a base one's.

    Args:
        shape: of the body.
        tokens: of the sample; a body of grids has its own number.
    """
    del shape
    return tokens * BASE_OPERATIONS


@operations.register
def _of_bert(shape: BertShape, tokens: int) -> int:
    return shape.layers * _of_block(tokens, shape.width, shape.inner, tokens)


@operations.register
def _of_swin(shape: SwinShape, tokens: int) -> int:
    del tokens
    found, count, width = 0, (shape.side // shape.patch) ** 2, shape.width
    for depth in shape.depths:
        found += depth * _of_block(count, width, shape.inner * width, shape.window**2)
        count, width = count // 4, width * 2
    return found


def _of_block(tokens: int, width: int, inner: int, seen: int) -> int:
    """Return those of a block: projections and feed-forward network, attention to `seen` tokens."""
    return 2 * tokens * (4 * width**2 + 2 * width * inner) + 4 * tokens * seen * width


@dataclass(frozen=True)
class Cost:
    """Seconds that jobs take here; `on_gpu` where one is used."""

    runs: Runs
    on_gpu: bool

    @classmethod
    def here(cls, runs: Runs) -> "Cost":
        """Return the costs on this machine."""
        return cls(runs, runs.configuration.device != "cpu" and GPU_MARK.exists())

    def seconds(self, job: Job) -> float:
        """Return the seconds of a job with all its runs."""
        return START_SECONDS + self.work(job)

    def work(self, job: Job) -> float:
        """Return the seconds of a job's own work, without its start."""
        work = {
            "pretrain_body": self._pretraining,
            "align": self._aligning,
            "finetune": self._finetuning,
            "tune": self._searching,
            "tune_worker": self._searching,
        }.get(job.step)
        return work(job.wildcards) * job.runs if work else 0.0

    def _pretraining(self, names: Mapping[str, str]) -> float:
        settings: PretrainSettings = self.runs.configuration.pretraining
        images = settings.fractal_classes * settings.images_per_class + DIGITS
        shape = BODIES[names["body"]].shape
        return self._passes(shape, images * settings.epochs, 1, settings.batch_size)

    def _aligning(self, names: Mapping[str, str]) -> float:
        groups = self.runs.align_settings(names["task"], names["body"], names["alignment"])
        hours = align_hours(self.runs.task(names["task"]), groups)
        return hours * 3600 * (1.0 if self.on_gpu else CLASS_ON_CORE / CLASS_SECONDS)

    def _finetuning(self, names: Mapping[str, str]) -> float:
        groups = self.runs.finetune_settings(names["task"], names["body"], names["method"])
        settings = groups["finetune"]
        assert isinstance(settings, FinetuneSettings)
        return settings.epochs * self._epoch(names, groups)

    def _searching(self, names: Mapping[str, str]) -> float:
        configuration, body = self.runs.configuration, names["body"]
        workers = configuration.workers_of(body)
        if "worker" not in names and workers > 1:
            return 0.0  # the workers have done it all
        epochs = search_epochs(configuration.tuning_of(body)) / workers
        return epochs * self._epoch(names, self.runs.plain_settings(names["task"], body))

    def _epoch(self, names: Mapping[str, str], groups: Mapping[str, Any]) -> float:
        """Return the seconds of an epoch of fine-tuning."""
        task, settings, model = self.runs.task(names["task"]), groups["finetune"], groups["model"]
        assert isinstance(model, ModelSettings)
        length = tokens(task, model) if task.kind == "sequence" else 0
        shape = BODIES[names["body"]].shape
        if model.layers is not None and isinstance(shape, BertShape):
            shape = replace(shape, layers=model.layers)
        count = epoch_samples(task, settings)
        return self._passes(shape, count, length, settings.batch_size)

    def _passes(self, shape: Any, count: float, length: int, batch: int) -> float:
        """Return the seconds that some samples take through a body of a shape and back."""
        each = FORWARD_AND_BACK * operations(shape, length)
        speed = OPERATIONS_PER_SECOND * (100 if self.on_gpu else 1)
        return count * (each / speed + STEP_SECONDS / batch)
