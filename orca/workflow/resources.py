"""What each job asks for: memory and time by its wildcards, more at each attempt.

The times follow from `orca.cost`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orca import cost
from orca.data.sizes import assumed_sizes
from orca.data.task import Task
from orca.models.body import BODIES
from orca.peers.peer import PEERS, Peer
from orca.workflow import layout
from orca.workflow.runs import Runs

BASE_MB = 6_000  # interpreter, PyTorch, weights and a checkpoint on their way to the disk
HELD_MB = 2_148  # training data that are kept, the limit in orca.training.samples
MOST_PREPARED_MB = 30_000
COLUMNS = 2  # sets as large as its rows that a table's columns take, and what they are made of


def training_mb(task: Task) -> int:
    """Return the main memory that a training job needs."""
    return (
        BASE_MB + min(HELD_MB, fit_mb(task)) + predictions_mb(task, assumed_sizes(task).validation)
    )


def evaluation_mb(task: Task) -> int:
    """Return the main memory that a job needs which predicts a whole test split."""
    return BASE_MB + predictions_mb(task, assumed_sizes(task).test)


def peer_mb(task: Task, peer: Peer, body: str = "") -> int:
    """Return the main memory that fitting a peer needs: it holds all rows, of fit and test.

    Args:
        task: that it is fitted to.
        peer: what is fitted.
        body: that it stands on, if it does.
    """
    sizes, values = assumed_sizes(task), _values(task)
    held = (sizes.fit + sizes.test) * values * (1 + (COLUMNS if task.table else 0))
    copied = BODIES[body].hidden_width if peer.on_body else values
    own = sizes.fit * (peer.copies * copied + peer.per_sample)
    return BASE_MB + math.ceil((held + own) * 4 / 1e6) + predictions_mb(task, sizes.test)


def preparing_mb(task: Task) -> int:
    """Return the main memory that preparing needs: raw files are read in blocks or whole."""
    return 3_000 + min(MOST_PREPARED_MB, 2 * fit_mb(task))


def fit_mb(task: Task) -> int:
    """Return the size of the samples that a task is trained on, as float32."""
    return math.ceil(assumed_sizes(task).fit * _values(task) * 4 / 1e6)


def _values(task: Task) -> int:
    """Return how many numbers a sample's input and target are."""
    return math.prod(assumed_sizes(task).input_shape) + task.target.outputs


def predictions_mb(task: Task, count: int) -> int:
    """Return the memory of predictions for this many samples, and of what is computed of them."""
    return math.ceil(2 * count * task.target.outputs * 4 / 1e6)


def run_seconds(runs: Runs, step: str, names: Mapping[str, str], machine: cost.Machine) -> float:
    """Return the estimated seconds of one run of a job; 0 for steps that do not train.

    Args:
        runs: of the workflow.
        step: the job's rule.
        names: its wildcards.
        machine: that it runs on.
    """
    configuration, body = runs.configuration, names.get("body", "")
    if step == "pretrain_body":
        return cost.pretrain_seconds(body, configuration.pretraining, machine)
    if step == "align":
        groups = runs.align_settings(names["task"], body, names["alignment"])
        return cost.align_seconds(runs.task(names["task"]), body, groups, machine)
    if step == "finetune":
        groups = runs.finetune_settings(names["task"], body, names["method"])
        return cost.finetune_seconds(runs.task(names["task"]), body, groups, machine)
    if step not in ("tune", "tune_worker", "evaluate"):
        return 0.0
    groups = runs.plain_settings(names["task"], body)
    an_epoch = cost.epoch_seconds(runs.task(names["task"]), body, groups, machine)
    if step == "evaluate":  # takes at most as long as an epoch of training
        return an_epoch
    workers = configuration.workers_of(body)
    if step == "tune" and workers > 1:
        return 0.0  # the workers have done it all
    return an_epoch * cost.search_epochs(configuration.tuning_of(body)) / workers


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

    def minutes(self, step: str) -> Callable[[Any, int], int]:
        """Return what gives a step's time limit: half an hour, and twice the expected time."""

        def limit(wildcards: Any, attempt: int) -> int:
            names = dict(wildcards.items())
            seconds = run_seconds(self.runs, step, names, cost.V100 if self.gpu else cost.CORE)
            seconds *= len(layout.seeds_of(names.get("seeds", "seed0")))
            minutes = attempt * math.ceil(30 + seconds / 30)
            return min(minutes, self.runs.configuration.longest_job_minutes)

        return limit

    def mb(self, work: str) -> Callable[[Any, int], int]:
        """Return what gives the memory for some work of `MEMORY` by wildcards and attempt."""

        def limit(wildcards: Any, attempt: int) -> int:
            return self._granted(MEMORY[work](self.runs.task(wildcards.task)), attempt)

        return limit

    def peer_mb(self, wildcards: Any, attempt: int) -> int:
        """Return the memory of a job that fits a peer."""
        task, peer = self.runs.task(wildcards.task), PEERS[wildcards.method]
        return self._granted(peer_mb(task, peer, wildcards.body), attempt)

    def _granted(self, needed_mb: int, attempt: int) -> int:
        return min(attempt * needed_mb, self.runs.configuration.largest_job_mb)
