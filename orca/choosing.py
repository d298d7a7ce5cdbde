"""Jobs of methods that choose their body: what they read and are told.

The grid is static: the choice is made inside it. Every candidate is aligned, a job writes down
which came closest, and the job that fine-tunes is told what to do with each and does it with that
one, so that no weights are trained for the others.
"""

import shlex
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from orca.jobs import RESULTS, Files, Jobs
from orca.methods.method import METHODS
from orca.models.body import CLOSEST
from orca.rule_functions import RuleFunctions


@dataclass(frozen=True)
class Choosing(RuleFunctions):
    """Files and arguments of the jobs around a choice, by wildcards.

    Args:
        jobs: of runs with a given body.
    """

    jobs: Jobs

    def _each(self, wildcards: Any) -> dict[str, Any]:
        """Return the wildcards of the same run with each body that may be chosen."""
        known = {name: getattr(wildcards, name) for name in ("task", "method", "seed")}
        bodies = self.jobs.grid.choices.bodies_to_choose_from
        return {body: SimpleNamespace(body=body, **known) for body in bodies}

    def _records(self, wildcards: Any) -> dict[str, str]:
        key = METHODS[wildcards.method].alignment_key
        end = f"{key}/seed{wildcards.seed}/run.json"
        bodies = self.jobs.grid.choices.bodies_to_choose_from
        return {body: f"{RESULTS}/aligned/{wildcards.task}/{body}/{end}" for body in bodies}

    def alignments(self, wildcards: Any) -> list[str]:
        """Return the records that a choice is made by."""
        return list(self._records(wildcards).values())

    def choose(self, wildcards: Any) -> str:
        """Return what a choice is told: each body and its record."""
        return " ".join(f"--aligned {b} {path}" for b, path in self._records(wildcards).items())

    def finetune_files(self, wildcards: Any) -> Files:
        """Return what fine-tuning reads, whichever body is chosen."""
        files: dict[str, list[str]] = {"choice": [self._choice(wildcards)]}
        for run in self._each(wildcards).values():
            for name, given in self.jobs.finetune_files(run, seeds=()).items():
                more = given if isinstance(given, list) else [given]
                files[name] = list(dict.fromkeys([*files.get(name, []), *more]))
        return files

    def finetune(self, wildcards: Any) -> str:
        """Return what fine-tuning is told of each body."""
        runs = self._each(wildcards)
        lines = {body: self.jobs.finetune(run, under=CLOSEST) for body, run in runs.items()}
        return self._told(wildcards, lines)

    def evaluate_files(self, wildcards: Any) -> Files:
        """Return what an evaluation reads, whichever body is chosen."""
        files = self.finetune_files(wildcards)
        kept = {name: files[name] for name in ("choice", "prepared", "weights")}
        return {**kept, "also": self.jobs.also_tested_on(wildcards)}

    def evaluate(self, wildcards: Any) -> str:
        """Return what an evaluation is told of each body."""
        runs = self._each(wildcards)
        lines = {body: self.jobs.evaluate(run, under=CLOSEST) for body, run in runs.items()}
        return self._told(wildcards, lines)

    def _told(self, wildcards: Any, lines: dict[str, str]) -> str:
        words = [f"--candidate {body} {shlex.quote(text)}" for body, text in lines.items()]
        return " ".join([f"--choice {self._choice(wildcards)}", *words])

    @staticmethod
    def _choice(wildcards: Any) -> str:
        return f"{RESULTS}/chosen/{wildcards.task}/{wildcards.method}/seed{wildcards.seed}.json"
