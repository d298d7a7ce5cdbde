"""What each job of the workflow needs: memory and time by its wildcards, more at each attempt.

A rule names these functions as its resources. A job that met a limit is given more at the next
attempt; what it had trained by then is not lost.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from orca import sizes
from orca.data.task import Task
from orca.grid import Grid
from orca.rule_functions import RuleFunctions
from orca.settings import FinetuneSettings


@dataclass(frozen=True)
class Needs(RuleFunctions):
    """Needs of the jobs of a grid; time limits are of one V100, or of a CPU where there is none.

    Args:
        grid: all runs that can be asked for.
    """

    grid: Grid

    @property
    def gpu(self) -> int:
        """GPUs of a training job."""
        return int(self.grid.uses_gpu)

    @property
    def gpu_model(self) -> str:
        """The GPU that a cluster is asked for; empty for any, or for none."""
        return self.grid.choices.gpu_model if self.grid.uses_gpu else ""

    def _task(self, wildcards: Any) -> Task:
        return self.grid.task(wildcards.task)

    def _settings(self, wildcards: Any) -> FinetuneSettings:
        return self.grid.settings(wildcards.task, wildcards.body)

    def _minutes(self, hours: float, attempt: int) -> int:
        minutes = attempt * sizes.limit_minutes(hours, on_cpu=not self.grid.uses_gpu)
        return min(minutes, self.grid.choices.longest_job_minutes)

    def _mb(self, needed: int, attempt: int) -> int:
        return min(attempt * needed, max(needed, self.grid.choices.largest_job_mb))

    def prepare_mb(self, wildcards: Any, attempt: int) -> int:
        """Memory of preparing a task."""
        return self._mb(sizes.preparing_mb(self._task(wildcards)), attempt)

    def train_mb(self, wildcards: Any, attempt: int) -> int:
        """Memory of aligning, fine-tuning or searching."""
        return self._mb(sizes.training_mb(self._task(wildcards)), attempt)

    def finetune_mb(self, wildcards: Any, attempt: int) -> int:
        """Memory of fine-tuning: of one process for each GPU."""
        processes = max(1, self.finetune_gpus(wildcards))
        return self._mb(processes * sizes.training_mb(self._task(wildcards)), attempt)

    def evaluate_mb(self, wildcards: Any, attempt: int) -> int:
        """Memory of an evaluation."""
        return self._mb(sizes.evaluation_mb(self._task(wildcards)), attempt)

    def align_minutes(self, wildcards: Any, attempt: int, *, seeds: int = 1) -> int:
        """Time limit of an alignment of so many seeds."""
        settings = self.grid.alignment_settings(wildcards.task, wildcards.body, wildcards.alignment)
        hours = sizes.align_hours(self._task(wildcards), settings)
        return self._minutes(seeds * hours, attempt)

    def finetune_gpus(self, wildcards: Any) -> int:
        """GPUs of fine-tuning."""
        return self.gpu * self.grid.choices.gpus_by_task.get(wildcards.task, 1)

    def finetune_minutes(self, wildcards: Any, attempt: int, *, seeds: int = 1) -> int:
        """Time limit of fine-tuning with so many seeds."""
        settings = self.grid.settings(wildcards.task, wildcards.body, wildcards.method)
        hours = sizes.finetune_hours(self._task(wildcards), settings)
        return self._minutes(seeds * hours / max(1, self.finetune_gpus(wildcards)), attempt)

    def evaluate_minutes(self, wildcards: Any, attempt: int, *, seeds: int = 1) -> int:
        """Time limit of evaluating so many runs: at most an epoch of training each."""
        hours = sizes.epoch_hours(self._task(wildcards), self._settings(wildcards))
        return self._minutes(seeds * hours, attempt)

    def finetune_chosen_minutes(self, wildcards: Any, attempt: int) -> int:
        """Time limit of fine-tuning whichever body is chosen."""
        return max(self.finetune_minutes(run, attempt) for run in self._candidates(wildcards))

    def evaluate_chosen_minutes(self, wildcards: Any, attempt: int) -> int:
        """Time limit of evaluating whichever body is chosen."""
        return max(self.evaluate_minutes(run, attempt) for run in self._candidates(wildcards))

    def _candidates(self, wildcards: Any) -> list[Any]:
        task, method = wildcards.task, wildcards.method
        bodies = self.grid.choices.bodies_to_choose_from
        return [SimpleNamespace(task=task, method=method, body=body) for body in bodies]

    def tune_minutes(self, wildcards: Any, attempt: int) -> int:
        """Time limit of a search's worker, which does its share of the epochs."""
        search = self.grid.choices.tuning_of(wildcards.body)
        epochs = sizes.search_epochs(search) / search.workers
        hours = epochs * sizes.epoch_hours(self._task(wildcards), self._settings(wildcards))
        return self._minutes(hours, attempt)

    def tune_gpu(self, wildcards: Any) -> int:
        """GPUs of a search's closing step: it trains itself where it is the only worker."""
        return self.gpu if self.grid.choices.tuning_of(wildcards.body).workers == 1 else 0

    def tune_gpu_model(self, wildcards: Any) -> str:
        """The GPU that a cluster is asked for by the closing step."""
        return self.gpu_model if self.tune_gpu(wildcards) else ""
