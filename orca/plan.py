"""What a target would cost: jobs by step, gigabytes to bring and to keep, GPU hours.

The jobs are those of Snakemake's own dry run, so what is done already costs nothing. The hours of
a run are, in this order: those that our records of the same task, body and method tell, the
paper's (Tables 11, 12 and 15, on a V100), or an estimate from the task's size (`orca.sizes`).
"""

import csv
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orca import sizes
from orca.errors import SettingsError
from orca.grid import Grid
from orca.methods.method import METHODS
from orca.models.body import CLOSEST
from orca.reporting.published import Published, read_published

ORDER = (
    "fetch", "fetch_body", "pretrain_body", "prepare", "embed_source", "source_terms", "tune_worker", "tune", "align",
    "choose_body", "finetune", "finetune_chosen", "evaluate", "evaluate_chosen",
)  # fmt: skip
TRAINING = ("align", "finetune", "finetune_chosen", "tune", "tune_worker")
ALIGN_HOURS, FINETUNE_HOURS = "embedder_learning_hours", "fine_tuning_stage_hours"  # Table 11
TOTAL_HOURS = ("total_runtime_hours", "total_training_hours")  # Tables 12 and 15
SOURCES = ("our records", "the paper", "estimated")


@dataclass(frozen=True)
class Job:
    """A job that would run.

    Args:
        step: its rule, whatever number of seeds it packs.
        wildcards: by name.
        outputs: files that it would make.
    """

    step: str
    wildcards: Mapping[str, str]
    outputs: tuple[str, ...]

    @property
    def body(self) -> str:
        """Its body; `closest` where one is still to be chosen."""
        return self.wildcards.get("body", CLOSEST)

    @property
    def runs(self) -> int:
        """Runs that it makes: one for each seed."""
        return max(1, sum(name.endswith("/run.json") for name in self.outputs))


def planned_jobs(
    targets: Sequence[str], *, snakefile: Path, config_files: Sequence[Path], folder: Path
) -> tuple[list[Job], Grid]:
    """Return the jobs that Snakemake would run for some targets, and the grid they are from.

    Args:
        targets: files or rules.
        snakefile: of the workflow.
        config_files: laid over the workflow's own.
        folder: that the results lie in.

    Raises:
        SettingsError: if Snakemake cannot make a target; it has printed why.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        Quietness,
        ResourceSettings,
    )

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, dryrun=True)) as api:
        logging.disable(logging.CRITICAL)
        try:
            workflow = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(configfiles=list(config_files)),
                snakefile=snakefile,
                workdir=folder,
            )
            workflow.dag(DAGSettings(targets=set(targets))).execute_workflow(executor="dryrun")
        except Exception as fault:
            logging.disable(logging.NOTSET)
            api.print_exception(fault)
            raise SettingsError(
                where=f"orca plan {' '.join(targets)}",
                what="Snakemake cannot plan it, as said above",
                mend="name a file under results/, or a rule such as `all` or `demo`",
            ) from fault
        finally:
            logging.disable(logging.NOTSET)
        inner = workflow._workflow  # the API itself does not give the jobs out
        found = [job for job in inner.dag.jobs if inner.dag.finished(job)]
        grid: Grid = inner.globals["GRID"]
    jobs = [
        Job(
            re.sub(r"_packed_\d+$", "", job.rule.name),
            dict(job.wildcards.items()),
            tuple(map(str, job.output)),
        )
        for job in found
        if job.output
    ]
    return jobs, grid


@dataclass(frozen=True)
class Hours:
    """How long runs take, from whatever tells it.

    Args:
        grid: tells the settings of runs.
        results: folder of the finished runs; None to leave our own records aside.
        published: the papers' numbers.
    """

    grid: Grid
    results: Path | None
    published: Published

    @cached_property
    def _recorded(self) -> dict[tuple[str, ...], float]:
        """Mean hours by step, task, body and method or alignment."""
        found: dict[tuple[str, ...], list[float]] = defaultdict(list)
        if self.results is None:
            return {}
        for step, folder in (("align", "aligned"), ("finetune", "finetuned")):
            for path in (self.results / folder).glob("*/*/*/seed*/run.json"):
                seconds = sum(json.loads(path.read_text())["seconds"].values())
                found[(step, *path.parts[-5:-2])].append(seconds / 3600)
        return {key: sum(hours) / len(hours) for key, hours in found.items()}

    @cached_property
    def _printed(self) -> dict[tuple[str, ...], float]:
        """Hours in the paper by task, body, method and metric."""
        return {
            (number.task, number.body, number.method, number.metric): float(number.value)
            for number in self.published.numbers
            if number.metric in (ALIGN_HOURS, FINETUNE_HOURS, *TOTAL_HOURS)
        }

    def of(self, job: Job) -> tuple[float, str]:
        """Return the hours of one run of a job, and where they are from."""
        step, task = job.step.removesuffix("_chosen"), job.wildcards["task"]
        which = job.wildcards.get("method") or job.wildcards.get("alignment", "")
        recorded = self._recorded.get((step, task, job.body, which))
        if recorded is not None:
            return recorded, "our records"
        printed = self._from_paper(step, task, job.body, which)
        if printed is not None:
            return printed, "the paper"
        bodies = self.grid.bodies_behind(job.body)
        return max(self._estimated(step, task, body, which) for body in bodies), "estimated"

    def _from_paper(self, step: str, task: str, body: str, which: str) -> float | None:
        aligned = self._printed.get((task, body, "orca", ALIGN_HOURS))
        if step == "align":
            return aligned if which == "otdd" else None
        if step != "finetune":
            return None
        stage = self._printed.get((task, body, which, FINETUNE_HOURS))
        if stage is not None:
            return stage
        for metric in TOTAL_HOURS:  # these count stage two in, which Table 11 tells apart
            total = self._printed.get((task, body, which, metric))
            if total is not None:
                return total - (aligned or 0.0) if METHODS[which].alignment else total
        return None

    def _estimated(self, step: str, task: str, body: str, which: str) -> float:
        declared = self.grid.task(task)
        if step == "align":
            return sizes.align_hours(declared, self.grid.alignment_settings(task, body, which))
        settings = self.grid.settings(task, body, which if step == "finetune" else "")
        if step == "finetune":
            return sizes.finetune_hours(declared, settings)
        search = self.grid.choices.tuning_of(body)
        if step == "tune" and search.workers > 1:
            return 0.0  # the workers have done it all
        return sizes.search_epochs(search) / search.workers * sizes.epoch_hours(declared, settings)


def downloads(jobs: Iterable[Job], grid: Grid) -> tuple[float, int]:
    """Return the gigabytes that would be fetched, and the files whose size nobody states."""
    from orca.data.source import PROXIES

    size, unknown = 0, 0
    for job in jobs:
        if job.step != "fetch":
            continue
        kind, _, name = grid.sources[job.wildcards["source"]].rpartition(":")
        for file in (PROXIES[name] if kind else grid.task(name)).files:
            stated = getattr(file, "size", None)
            from_network = bool(getattr(file, "urls", ()))
            size += stated or 0
            unknown += from_network and stated is None
    return size / 1e9, unknown


def kept(
    jobs: Iterable[Job], grid: Grid, results: Path, published: Path
) -> tuple[float, list[str]]:
    """Return the gigabytes that would stay, and the bodies whose size is not known yet.

    Prepared data as float32, and for each run the body's weights, the largest that may be chosen.
    """
    size, unknown = 0.0, set()
    for job in jobs:
        if job.step == "prepare":
            size += sizes.fit_mb(grid.task(job.wildcards["task"])) / 1e3
        if job.step in ("finetune", "finetune_chosen"):
            each = {
                body: body_gb(body, results, published) for body in grid.bodies_behind(job.body)
            }
            unknown |= {body for body, gigabytes in each.items() if gigabytes is None}
            size += max(gigabytes or 0.0 for gigabytes in each.values()) * job.runs
    return size, sorted(unknown)


def body_gb(body: str, results: Path, published: Path) -> float | None:
    """Return the size of a body's weights: of its files, or by the paper's number of parameters."""
    files = list((results / "bodies" / body).glob("*.safetensors"))
    if files:
        return sum(file.stat().st_size for file in files) / 1e9
    with (published / "search_space.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if (row["applies_to"], row["parameter"]) == (body, "num_params"):
                return float(row["values"].removesuffix("M")) * 4e6 / 1e9
    return None


def plan(
    targets: Sequence[str],
    *,
    snakefile: Path,
    config_files: Sequence[Path],
    folder: Path,
    published: Path,
) -> str:
    """Return as text what some targets would cost.

    Args:
        targets: files or rules.
        snakefile: of the workflow.
        config_files: laid over the workflow's own.
        folder: that the workflow runs in; holds `results/`.
        published: folder of the papers' numbers.
    """
    jobs, grid = planned_jobs(
        targets, snakefile=snakefile, config_files=config_files, folder=folder
    )
    results = folder / "results"
    hours = Hours(grid, results, read_published(published))
    counts = Counter(job.step for job in jobs)
    runs: Counter[str] = Counter()
    spent: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(SOURCES, 0.0))
    for job in jobs:
        if job.step in TRAINING:
            each, source = hours.of(job)
            runs[job.step] += job.runs
            spent[job.step][source] += each * job.runs
    lines = [f"{'step':<16}{'jobs':>7}{'runs':>7}{'hours':>11}   of which"]
    for step, count in sorted(counts.items(), key=lambda entry: _place(entry[0])):
        parts = [f"{value:,.1f} {source}" for source, value in spent[step].items() if value]
        total = sum(spent[step].values())
        shown = f"{total:>11,.1f}" if step in TRAINING else " " * 11
        lines.append(
            f"{step:<16}{count:>7}{runs[step] or '':>7}{shown}   {', '.join(parts)}".rstrip()
        )
    total = sum(sum(by_source.values()) for by_source in spent.values())
    lines.append(f"{'all':<16}{len(jobs):>7}{sum(runs.values()):>7}{total:>11,.1f}")
    return "\n".join([*lines, "", *_sizes(jobs, grid, results, published)])


def _place(step: str) -> tuple[int, str]:
    return (ORDER.index(step) if step in ORDER else len(ORDER), step)


def _sizes(jobs: Sequence[Job], grid: Grid, results: Path, published: Path) -> list[str]:
    bring, unstated = downloads(jobs, grid)
    stay, unknown = kept(jobs, grid, results, published)
    more = f", and {unstated} files of unstated size" if unstated else ""
    without = f", without the weights of {', '.join(unknown)}" if unknown else ""
    return [
        f"To download: {bring:,.1f} GB{more}.",
        f"To keep: {stay:,.1f} GB of prepared data and weights{without}.",
        "Hours: of one V100 where the paper's or estimated; of the machine that ran, where ours.",
    ]
