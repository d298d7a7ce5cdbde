"""What `orca run` does: read, guess, say so, run the workflow, show the table and where things lie."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from orca.configuration import config_folder
from orca.data.ways import usable_cores
from orca.evaluation.predictions import PREDICTIONS
from orca.experiment import further_folds
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.own_run.budget import fit, job_seconds, seconds_of
from orca.own_run.entry_file import OwnRun, own_run
from orca.own_run.execute import execute, snakefile
from orca.own_run.progress import Progress
from orca.reporting.cell_plan import without_hub
from orca.reporting.markdown import to_markdown
from orca.reporting.run_costs import seconds_in_words
from orca.reporting.table_records import FilledTable, read_table
from orca.settings import merge, read_yaml
from orca.workflow import layout
from orca.workflow.plan import Job, planned_jobs
from orca.workflow.runs import Runs

TABLE = "own"  # which shows a person's own tasks
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person said on the command line; what is empty or None is as without the option."""

    name: str = ""
    entry: Mapping[str, Any]
    bodies: tuple[str, ...] = ()
    seeds: int | None = None
    budget: str = ""
    cores: int | None = None
    dry: bool = False


def run(file: Path, wishes: Wishes, *, say: Say) -> None:
    """Run a file of data, or the config file of an earlier call, in the current folder.

    Raises:
        OrcaError: if the file, a wish, or a job is at fault.
        KeyboardInterrupt: if the process was asked to stop.
    """
    own = _settled(file, wishes)
    runs = _runs_of(own.content)
    if wishes.budget:
        own, summary = _within(own, wishes)
        runs = _runs_of(own.content)
    say(describe(own, runs))
    if wishes.budget:
        say(f"Within {wishes.budget}: {summary}.")
    with tempfile.TemporaryDirectory() as spare:
        config = Path(spare, own.path.name) if wishes.dry else own.path
        replace(own, path=config).write()
        _make(own.name, config, runs, wishes, say)
    if not wishes.dry:
        table = read_table(Path(f"{layout.path('tables', table=TABLE)}.json"))
        say(outcome(own.name, table))


def _make(name: str, config: Path, runs: Runs, wishes: Wishes, say: Say) -> None:
    """Say what a task's report would cost, and make it unless nothing is to be run."""
    targets = [layout.path("report", report=name)]
    jobs, _ = planned_jobs(targets, snakefile=snakefile(), config_files=[config], folder=Path())
    cores, seconds = wishes.cores or usable_cores(), partial(job_seconds, runs)
    say(_cost_line(jobs, seconds, cores))
    if jobs and not wishes.dry:
        progress = Progress(jobs, seconds, at_once=min(cores, len(jobs)), say=say)
        execute(targets, config_files=[config], cores=cores, progress=progress)


def _settled(file: Path, wishes: Wishes) -> OwnRun:
    """Return what is run, as far as no budget changes it."""
    for body in wishes.bodies:
        BODIES.look_up(body, where="--body")
    entry = {**wishes.entry, **({"bodies": list(wishes.bodies)} if wishes.bodies else {})}
    own = own_run(file, name=wishes.name, entry=entry)
    if wishes.seeds:
        seeds = {"seeds_by_task": {own.name: wishes.seeds}}
        own = replace(own, content=merge(own.content, seeds))
    return own


def _runs_of(content: Mapping[str, Any]) -> Runs:
    """Return the runs of the workflow's own configuration with a file's content over it."""
    folder = config_folder()
    below = merge(read_yaml(folder / "config.yaml"), read_yaml(folder / "demo.yaml"))
    return Runs.read(merge(below, content), folder)


def _within(own: OwnRun, wishes: Wishes) -> tuple[OwnRun, str]:
    """Return the run with what a budget changes, counted from what holds without one."""
    seconds = seconds_of(wishes.budget, where="--budget")
    content = dict(own.content)
    content.pop("hyperparameters", None)
    entry = dict(own.entry)
    kept = {k: dict(v) for k, v in entry.pop("settings", {}).items()}
    for group, key in (("finetune", "epochs"), ("finetune", "warmup_epochs"), ("align", "epochs")):
        kept.get(group, {}).pop(key, None)
    kept = {group: values for group, values in kept.items() if values}
    content["tasks"] = {own.name: {**entry, **({"settings": kept} if kept else {})}}
    fitted = fit(_runs_of(content), own.name, seconds, wishes.cores or usable_cores())
    settings = merge(kept, fitted.settings)
    content["tasks"] = {own.name: {**entry, **({"settings": settings} if settings else {})}}
    return replace(own, content=merge(content, fitted.config)), fitted.summary


def describe(own: OwnRun, runs: Runs) -> str:
    """Return what is run, key by key, what of it was guessed, and how to say otherwise."""
    body = own.entry.get("bodies") or without_hub(runs.task(own.name).kind)[:1]
    rows = [(fact.key, _shown(fact.value), fact.why, fact.otherwise) for fact in own.facts]
    if "bodies" not in own.entry:
        why = f"for a {runs.task(own.name).kind}, without a model hub"
        rows.append(("bodies", ", ".join(body), why, "--body NAME"))
    if not further_folds(own.name, own.entry):  # each of which is run once
        seeds = len(runs.configuration.seeds_of(own.name, body[0]))
        said = own.name in own.content.get("seeds_by_task", {})
        why = "" if said else "the configuration's number"
        rows.append(("seeds", str(seeds), why, "--seeds N"))
    lines = [f"{own.path}: the task '{own.name}'"]
    for key, value, why, otherwise in rows:
        summary = f"guessed: {why}; otherwise {otherwise}" if why else ""
        lines.append(f"  {key:<14} {value:<28} {summary}".rstrip())
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value) or "all others"


def _cost_line(jobs: list[Job], seconds: Callable[[Job], float], cores: int) -> str:
    if not jobs:
        return "All is made already."
    whole = sum(map(seconds, jobs)) / min(cores, len(jobs))
    lines = [f"{len(jobs)} jobs on {cores} cores, about {seconds_in_words(whole)}."]
    lines += [
        f"The body {job.wildcards['body']} is published nowhere: it is pretrained first, once, "
        f"about {seconds_in_words(seconds(job))} of this."
        for job in jobs
        if job.step == "pretrain_body"
    ]
    return "\n".join(lines)


def outcome(name: str, table: FilledTable) -> str:
    """Return a table as text, and where the best model, its predictions and the report lie."""
    row = table.cells[[heading.name for heading in table.rows].index(name)]
    scored = [cell for cell in row if cell.ours and cell.ours.mean is not None]
    scored.sort(key=lambda cell: cell.error("ours") or 0.0)
    lines = [to_markdown(table)]
    model = next((cell for cell in scored if cell.method in METHODS), None)
    if model and model.ours:
        seed = next(run.seed for run in model.ours.runs if run.status == "ok")
        names = (model.task, model.body, model.method)
        folder = layout.run(layout.run_folder("finetuned", *names), seed)
        scores = layout.run(layout.run_folder("scores", *names), seed)
        lines += [
            f"Best model of ours: {folder}/",
            f"Its predictions:    {scores}/{PREDICTIONS}, of the test samples",
            f"Of new samples:     orca predict --run {folder} --input NEW --output predictions.csv",
        ]
    lines.append(f"Report:             {layout.path('report', report=name)}")
    return "\n".join(lines)
