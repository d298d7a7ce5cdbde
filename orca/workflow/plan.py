"""The jobs that Snakemake would run for some targets, by its own dry run, and what they would cost.

What is done already costs nothing. The hours of a run are those of our records of the same task,
body and method, or else estimated (`orca.cost`).
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from orca.cost import V100
from orca.data.status import downloads, fallbacks
from orca.data.task import Way
from orca.errors import OrcaError, SettingsError
from orca.provenance import RECORD
from orca.text_files import found_json
from orca.workflow import layout
from orca.workflow.resources import run_seconds
from orca.workflow.runs import Runs

TRAINING = {"align": "aligned", "finetune": "finetuned", "tune": "tuned", "tune_worker": "tuned"}
MEANING = "Hours: of one V100 where estimated; of the machine that ran, where from our records."


@dataclass(frozen=True)
class Job:
    """A job that would run: its rule, and its wildcards by name."""

    step: str
    wildcards: Mapping[str, str]

    @property
    def runs(self) -> int:
        """Runs that it makes: one for each seed."""
        return len(layout.seeds_of(self.wildcards.get("seeds", "seed0")))


def planned_jobs(
    targets: Sequence[str], *, snakefile: Path, config_files: Sequence[Path], folder: Path
) -> tuple[list[Job], Runs]:
    """Return the jobs that Snakemake would run for some targets, and the runs they are from.

    Args:
        targets: files or rules.
        snakefile: of the workflow.
        config_files: laid over the workflow's own.
        folder: that the results lie in.

    Raises:
        OrcaError: if a file or a setting is at fault.
        SettingsError: if the workflow is not there, or Snakemake cannot make a target for another
            reason; it has printed why.
    """
    if not snakefile.is_file():
        raise SettingsError(
            where=str(snakefile),
            what="the workflow is not there",
            mend="change to the repository's folder, or name its Snakefile by `--snakefile`",
        )
    from snakemake.api import SnakemakeApi
    from snakemake.settings import types

    with SnakemakeApi(types.OutputSettings(quiet={types.Quietness.ALL}, dryrun=True)) as api:
        logging.disable(logging.CRITICAL)
        try:
            workflow = api.workflow(
                resource_settings=types.ResourceSettings(cores=1),
                config_settings=types.ConfigSettings(configfiles=list(config_files)),
                snakefile=snakefile,
                workdir=folder,
            )
            dag = workflow.dag(types.DAGSettings(targets=set(targets), force_incomplete=True))
            dag.execute_workflow(executor="dryrun")
        except Exception as fault:
            logging.disable(logging.NOTSET)
            if declared := _declared(fault):
                raise declared from None
            api.print_exception(fault)
            raise SettingsError(
                where=f"orca plan {' '.join(targets)}",
                what="Snakemake cannot plan it, as said above",
                mend="name a file under results/, or a rule such as `all` or `demo`",
            ) from fault
        finally:
            logging.disable(logging.NOTSET)
        inner = workflow._workflow  # the API itself does not give the jobs out
        order = {rule.name: place for place, rule in enumerate(inner.rules)}
        found = [job for job in inner.dag.jobs if inner.dag.finished(job) and job.output]
        found.sort(key=lambda job: order[job.rule.name])
        runs: Runs = inner.globals["RUNS"]
    return [Job(job.rule.name, dict(job.wildcards.items())) for job in found], runs


def _declared(fault: BaseException | None) -> OrcaError | None:
    """Return the error of ours that Snakemake wraps in its own, if it is one."""
    while fault is not None and not isinstance(fault, OrcaError):
        fault = fault.__cause__ or fault.__context__
    return fault


@dataclass(frozen=True)
class Hours:
    """How long the runs of the workflow in a folder take."""

    runs: Runs
    folder: Path

    @cached_property
    def _recorded(self) -> dict[tuple[str, ...], float]:
        """Mean hours by step, task, body and method or alignment."""
        found: dict[tuple[str, ...], list[float]] = defaultdict(list)
        for step in ("align", "finetune"):
            for path in (self.folder / layout.root(TRAINING[step])).glob(f"*/*/*/seed*/{RECORD}"):
                seconds = found_json(path).get("seconds")
                if isinstance(seconds, dict):
                    found[(step, *path.parts[-5:-2])].append(sum(seconds.values()) / 3600)
        return {key: sum(hours) / len(hours) for key, hours in found.items()}

    def of(self, job: Job) -> tuple[float, str]:
        """Return the hours of one run of a job, and where they are from."""
        task, body = job.wildcards["task"], job.wildcards["body"]
        which = job.wildcards.get("method") or job.wildcards.get("alignment", "")
        recorded = self._recorded.get((job.step, task, body, which))
        if recorded is not None:
            return recorded, "our records"
        return run_seconds(self.runs, job.step, job.wildcards, V100) / 3600, "estimated"


def missing_files(jobs: Iterable[Job], runs: Runs) -> list[tuple[str, Way]]:
    """Return the files that jobs fetch, each with its source."""
    fetching = (job.wildcards["source"] for job in jobs if job.step == "fetch")
    needing = [runs.needing(source) for source in fetching]
    return [(each.source, way) for each in needing for way in each.files]


def plan(
    targets: Sequence[str], *, snakefile: Path, config_files: Sequence[Path], folder: Path
) -> str:
    """Return as text what some targets would cost; arguments and errors as of `planned_jobs`."""
    jobs, runs = planned_jobs(
        targets, snakefile=snakefile, config_files=config_files, folder=folder
    )
    hours = Hours(runs, folder)
    made, spent = Counter[str](), Counter[str]()
    lines = [f"{'step':<16}{'jobs':>7}{'runs':>7}{'hours':>11}   of which"]
    for step, group in groupby(jobs, key=attrgetter("step")):
        there = list(group)
        if step not in TRAINING:
            lines.append(f"{step:<16}{len(there):>7}")
            continue
        by_source: Counter[str] = Counter()
        for job in there:
            each, source = hours.of(job)
            by_source[source] += each * job.runs  # type: ignore[assignment]
        made[step], spent[step] = sum(job.runs for job in there), by_source.total()
        parts = ", ".join(f"{value:,.1f} {source}" for source, value in by_source.items() if value)
        row = f"{step:<16}{len(there):>7}{made[step]:>7}{spent[step]:>11,.1f}   {parts}"
        lines.append(row.rstrip())
    lines.append(f"{'all':<16}{len(jobs):>7}{made.total():>7}{spent.total():>11,.1f}")
    if searched := spent["tune"] + spent["tune_worker"]:
        rest = spent.total() - searched
        lines += ["", f"With --config hyperparameters=published: {rest:,.1f} hours."]
    missing = missing_files(jobs, runs)
    bring, unstated = downloads(missing)
    more = f", and {unstated} files of unstated size" if unstated else ""
    lines += ["", f"To download: {bring:,.1f} GB{more}."]
    if refused := fallbacks(missing):
        lines.append(f"Besides, where a server refuses, once: {refused}.")
    return "\n".join([*lines, MEANING])
