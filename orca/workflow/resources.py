"""What each job asks for: memory and time by its wildcards, more at each attempt.

The times follow from `orca.cost`, the memory from `orca.memory`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orca import cost, memory
from orca.peers.peer import PEERS
from orca.workflow import layout
from orca.workflow.runs import Runs


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
        """Return what gives the memory for some work of `memory.BY_WORK` by wildcards and attempt."""

        def limit(wildcards: Any, attempt: int) -> int:
            return self._granted(memory.BY_WORK[work](self.runs.task(wildcards.task)), attempt)

        return limit

    def peer_mb(self, wildcards: Any, attempt: int) -> int:
        """Return the memory of a job that fits a peer."""
        task, peer = self.runs.task(wildcards.task), PEERS[wildcards.method]
        return self._granted(memory.peer_mb(task, peer, wildcards.body), attempt)

    def _granted(self, needed_mb: int, attempt: int) -> int:
        return min(attempt * needed_mb, self.runs.configuration.largest_job_mb)
