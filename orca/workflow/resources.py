"""What each job asks for: memory and time by its wildcards, more at each attempt.

The hours are of one V100, on which the paper's times were taken; they set time limits and stand
in for times that nobody has measured. The constants follow from ORCA (ICML 2023), Tables 11 and
12: each was put so that the estimates lie among the printed hours; docs/cluster.md compares them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orca.data.sizes import sizes_of
from orca.data.target import Classes
from orca.data.task import AS_READ, Task
from orca.models.settings import ModelSettings
from orca.settings import Settings
from orca.training.settings import AlignSettings, FinetuneSettings
from orca.tuning.settings import TuningSettings
from orca.workflow import layout
from orca.workflow.runs import Runs

Groups = Mapping[str, Settings | None]

GRID_STEP_SECONDS, SEQUENCE_STEP_SECONDS = 0.1, 0.04  # one batch, whatever its size
GRID_SAMPLE_SECONDS = 0.008  # one sample through a body of grids and back
TOKEN_SECONDS = 5.0e-5  # one token of a sequence through its body and back
CLASS_SECONDS = 1.2  # one class of one epoch of alignment
ASSUMED_SAMPLES = 50_000  # where only the data tell
ASSUMED_LENGTH = 64
CPU_FACTOR = 20.0
BASE_MB = 6_000  # interpreter, PyTorch, weights and a checkpoint on their way to the disk
HELD_MB = 2_148  # training data that are kept, the limit in orca.training.samples
MOST_PREPARED_MB = 30_000
SOURCE_CLASSES = 10


def samples(task: Task) -> int:
    """Return the samples that a task is trained on, or an assumed number."""
    fit = sizes_of(task).fit
    return fit if fit != AS_READ else ASSUMED_SAMPLES


def sample_numbers(task: Task) -> int:
    """Return how many numbers a sample's input has, with an assumed length where it is not known."""
    shape = sizes_of(task).input_shape
    return math.prod(ASSUMED_LENGTH if axis == AS_READ else axis for axis in shape)


def tokens(task: Task, settings: ModelSettings) -> int:
    """Return the tokens of a sample of a sequence task."""
    length = sizes_of(task).input_shape[-1]
    wanted = settings.sequence_length if settings.kernel is None else length // settings.kernel
    return min(wanted, length if length != AS_READ else ASSUMED_LENGTH)


def epoch_samples(task: Task, settings: FinetuneSettings) -> float:
    """Return the samples that an epoch of fine-tuning passes over, a small set several times."""
    least = settings.min_batches_per_epoch * settings.batch_size
    return float(max(samples(task) * settings.fraction, least))


def epoch_hours(task: Task, groups: Groups) -> float:
    """Return the hours of one epoch of fine-tuning on a V100, with `model` and `finetune`."""
    model, settings = groups["model"], groups["finetune"]
    assert isinstance(model, ModelSettings)
    assert isinstance(settings, FinetuneSettings)
    if task.kind == "grid":
        step, each = GRID_STEP_SECONDS, GRID_SAMPLE_SECONDS
    else:
        step, each = SEQUENCE_STEP_SECONDS, TOKEN_SECONDS * tokens(task, model)
    return epoch_samples(task, settings) * (each + step / settings.batch_size) / 3600


def finetune_hours(task: Task, groups: Groups) -> float:
    """Return the hours of stage three on a V100."""
    settings = groups["finetune"]
    assert isinstance(settings, FinetuneSettings)
    return settings.epochs * epoch_hours(task, groups)


def align_hours(task: Task, groups: Groups) -> float:
    """Return the hours of stage two on a V100: as many as there are classes and epochs."""
    settings = groups["align"]
    assert isinstance(settings, AlignSettings)
    wanted = settings.clusters
    clusters = SOURCE_CLASSES if wanted == "source_classes" else wanted
    classes = task.target.count if isinstance(task.target, Classes) else clusters
    return settings.epochs * classes * CLASS_SECONDS / 3600


def search_epochs(search: TuningSettings) -> float:
    """Return about how many epochs a search trains: each rung about as many as the lowest."""
    rungs = 1 + math.floor(math.log(search.max_epochs / search.min_epochs, search.reduction_factor))
    return float(search.trials * search.min_epochs * rungs + search.max_epochs)


def training_mb(task: Task) -> int:
    """Return the main memory that a training job needs."""
    return BASE_MB + min(HELD_MB, fit_mb(task)) + predictions_mb(task, sizes_of(task).validation)


def evaluation_mb(task: Task) -> int:
    """Return the main memory that a job needs which predicts a whole test split."""
    return BASE_MB + predictions_mb(task, sizes_of(task).test)


def preparing_mb(task: Task) -> int:
    """Return the main memory that preparing needs: raw files are read in blocks or whole."""
    return 3_000 + min(MOST_PREPARED_MB, 2 * fit_mb(task))


def fit_mb(task: Task) -> int:
    """Return the size of the samples that a task is trained on, as float32."""
    return math.ceil(samples(task) * (sample_numbers(task) + task.target.outputs) * 4 / 1e6)


def predictions_mb(task: Task, count: int) -> int:
    """Return the memory of predictions for so many samples, and of what is computed of them."""
    known = count if count != AS_READ else ASSUMED_SAMPLES // 10
    return math.ceil(2 * known * task.target.outputs * 4 / 1e6)


def limit_minutes(hours: float, *, on_cpu: bool) -> int:
    """Return a time limit: half an hour to start, and twice the expected hours."""
    return math.ceil(30 + 120 * hours * (CPU_FACTOR if on_cpu else 1.0))


MEMORY = {"prepare": preparing_mb, "train": training_mb, "evaluate": evaluation_mb}


@dataclass(frozen=True)
class JobResources:
    """What the jobs of a workflow ask for.

    A job that met a limit is given more at the next attempt; what it had trained is not lost.
    """

    runs: Runs

    @property
    def gpu(self) -> int:
        """GPUs of a training job; on a machine without one, `device: cpu` says so."""
        return int(self.runs.configuration.device != "cpu")

    @property
    def gpu_model(self) -> str:
        """The GPU that a cluster is asked for; empty for any, or for none."""
        return self.runs.configuration.gpu_model if self.gpu else ""

    def hours(self, step: str, names: Mapping[str, str]) -> float:
        """Return the estimated hours of one run on a V100.

        Args:
            step: `align`, `finetune`, `evaluate`, or `tune` for a worker's share of a search.
            names: task, body, and method or alignment.
        """
        task, body = self.runs.task(names["task"]), names["body"]
        if step == "align":
            groups = self.runs.align_settings(names["task"], body, names["alignment"])
            return align_hours(task, groups)
        if step == "finetune":
            groups = self.runs.finetune_settings(names["task"], body, names["method"])
            return finetune_hours(task, groups)
        an_epoch = epoch_hours(task, self.runs.plain_settings(names["task"], body))
        if step == "evaluate":  # takes at most as long as an epoch of training
            return an_epoch
        configuration = self.runs.configuration
        epochs = search_epochs(configuration.tuning_of(body))
        return an_epoch * epochs / configuration.workers_of(body)

    def minutes(self, step: str) -> Callable[[Any, int], int]:
        """Return what gives a step's time limit by wildcards and attempt."""

        def limit(wildcards: Any, attempt: int) -> int:
            names = dict(wildcards.items())
            hours = self.hours(step, names) * len(layout.seeds_of(names.get("seeds", "seed0")))
            minutes = attempt * limit_minutes(hours, on_cpu=not self.gpu)
            return min(minutes, self.runs.configuration.longest_job_minutes)

        return limit

    def mb(self, work: str) -> Callable[[Any, int], int]:
        """Return what gives the memory for some work of `MEMORY` by wildcards and attempt."""

        def limit(wildcards: Any, attempt: int) -> int:
            needed = MEMORY[work](self.runs.task(wildcards.task))
            return min(attempt * needed, max(needed, self.runs.configuration.largest_job_mb))

        return limit
