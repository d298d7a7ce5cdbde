"""Epochs that fit into a person's time: fewer of them where the usual ones would take too long.

What is decided depends on the data, the settings and the kind of machine alone, not on what is
done already, so that a command typed again goes on with the same runs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orca.cost import CORE, V100
from orca.errors import SettingsError
from orca.experiment import further_folds
from orca.peers.peer import PEERS
from orca.training.settings import AlignSettings, FinetuneSettings
from orca.workflow import layout
from orca.workflow.plan import Job
from orca.workflow.resources import run_seconds
from orca.workflow.runs import Runs

START_SECONDS = 9.0  # of a job: interpreter, imports, reading and writing
GPU_MARK = Path("/dev/nvidiactl")  # is there where a driver is
UNITS = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600}
OTHER_JOBS = 9  # fetch twice, body, prepare, source twice, table, figures, report
AT_ONCE = 3  # jobs that wait for no other of theirs, at most


def seconds_of(text: str, *, where: str) -> float:
    """Return the seconds that a text such as `10min`, `90s` or `1.5h` says.

    Raises:
        SettingsError: if it is no duration.
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([a-z]+)\s*", text.lower())
    if not found or found[2] not in UNITS or not found[1].replace(".", "", 1).isdigit():
        raise SettingsError(
            where=where, what=f"'{text}' is no time", mend="such as 90s, 10min or 1.5h"
        )
    return float(found[1]) * UNITS[found[2]]


def work_seconds(runs: Runs, job: Job) -> float:
    """Return the seconds of a job's own work on this machine, with all its runs."""
    machine = V100 if runs.configuration.device != "cpu" and GPU_MARK.exists() else CORE
    return job.runs * run_seconds(runs, job.step, job.wildcards, machine)


def job_seconds(runs: Runs, job: Job) -> float:
    """Return the seconds of a job on this machine, its start included."""
    return START_SECONDS + work_seconds(runs, job)


@dataclass(frozen=True)
class BudgetPlan:
    """What fits: keys for the configuration and for the task's `settings`, and what was decided."""

    config: Mapping[str, Any]
    settings: Mapping[str, Any]
    summary: str


def fit(runs: Runs, task: str, seconds: float, cores: int) -> BudgetPlan:
    """Return what makes a task's table fit into some seconds: no search, then fewer epochs.

    The runs have the settings that hold without a budget.
    """
    jobs = jobs_of(runs, task)
    at_once = min(cores, AT_ONCE)
    left = seconds - (len(jobs) + OTHER_JOBS) * START_SECONDS / at_once
    work = [(job.step, work_seconds(runs, job) / at_once) for job in jobs]
    if sum(seconds for _, seconds in work) <= left:
        return BudgetPlan({}, {}, "the usual settings fit")
    body = next(job.wildcards["body"] for job in jobs if job.step == "finetune")
    config = {"hyperparameters": {body: "default"}}
    made = sum(each for step, each in work if step == "pretrain_body")
    share = (left - made) / sum(each for step, each in work if step in ("align", "finetune"))
    if share >= 1:
        return BudgetPlan(config, {}, "no search for settings")
    settings = _fewer_epochs(runs, task, body, max(0.0, share))
    epochs = settings["finetune"]["epochs"]
    summary = f"no search, {epochs} epoch{'s' * (epochs > 1)} of fine-tuning"
    if share <= 0:
        summary += "; even so it takes longer, for starting the jobs alone fills the budget"
    return BudgetPlan(config, settings, summary)


def jobs_of(runs: Runs, task: str) -> list[Job]:
    """Return the jobs that train for a task's table, those that are done too."""
    jobs: dict[tuple[str, ...], Job] = {}
    parts = (task, *further_folds(task, runs.configuration.tasks.get(task, {})))
    found = [run for run in runs.of_table("own") if run.task in parts]
    for part, body, method in dict.fromkeys((run.task, run.body, run.method) for run in found):
        same = (part, body, method)
        numbers = [run.seed for run in found if (run.task, run.body, run.method) == same]
        names = {"task": part, "body": body, "seeds": layout.seeds_name(numbers)}
        if method in PEERS:
            jobs["peer", *same] = Job("peer", {**names, "method": method})
            continue
        jobs["finetune", *same] = Job("finetune", {**names, "method": method})
        jobs["evaluate", *same] = Job("evaluate", {**names, "method": method})
        alignment = runs.alignment_of(method)
        if alignment:
            jobs["align", part, body, alignment] = Job("align", {**names, "alignment": alignment})
        if runs.origin(part, body, method) == "tuned":
            jobs["tune", part, body] = Job("tune", {"task": part, "body": body, "worker": "0"})
        if body in runs.pretrained_bodies:
            jobs["pretrain_body", body] = Job("pretrain_body", {"body": body})
    return list(jobs.values())


def _fewer_epochs(runs: Runs, task: str, body: str, share: float) -> dict[str, dict[str, Any]]:
    groups = runs.plain_settings(task, body)
    finetune = groups["finetune"]
    assert isinstance(finetune, FinetuneSettings)
    align = AlignSettings.model_validate(runs.base(task, body).get("align", {}))
    epochs = max(1, int(finetune.epochs * share))
    warmup = min(finetune.warmup_epochs, epochs // 4)
    return {
        "finetune": {"epochs": epochs, "warmup_epochs": warmup},
        "align": {"epochs": max(1, int(align.epochs * share))},
    }
