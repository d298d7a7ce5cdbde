"""What targets would cost: jobs by step, gigabytes to download, GPU hours.

The jobs are those of Snakemake's own dry run, so what is done already costs nothing. The hours of
a run are those of our records of the same task, body and method, or else estimated (`orca.cost`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orca.cost import V100
from orca.data.proxy import PROXIES
from orca.data.task import Way
from orca.errors import SettingsError
from orca.text_files import found_json
from orca.workflow import layout
from orca.workflow.planned import Job, planned_jobs
from orca.workflow.resources import run_seconds
from orca.workflow.runs import Runs

TRAINING = {"align": "aligned", "finetune": "finetuned", "tune": "tuned", "tune_worker": "tuned"}
MEANING = "Hours: of one V100 where estimated; of the machine that ran, where from our records."


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
            for path in (self.folder / layout.root(TRAINING[step])).glob("*/*/*/seed*/run.json"):
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


def downloads(jobs: Iterable[Job], runs: Runs) -> tuple[float, int]:
    """Return the gigabytes that would be fetched, and the files whose size is not known."""
    files = [way for _, way in _missing(jobs, runs)]
    files += {archive for way in files for archive in way.archives if not getattr(way, "urls", ())}
    size, unknown = 0, 0
    for file in files:
        stated = getattr(file, "size", None)
        size += 0 if file.recipe else stated or 0  # what is made or a person's own is here
        unknown += bool(getattr(file, "urls", ())) and stated is None
    return size / 1e9, unknown


def fallbacks(jobs: Iterable[Job], runs: Runs) -> str:
    """Return as text which archives are fetched too if servers refuse files that these hold."""
    held: dict[Way, list[str]] = defaultdict(list)
    for source, way in _missing(jobs, runs):
        for archive in way.archives if getattr(way, "urls", ()) else ():
            held[archive].append(source)
    told = []
    for archive, sources in held.items():
        stated = getattr(archive, "size", None)
        size = f"{stated / 1e9:,.1f} GB" if stated else "of unstated size"
        told.append(f"{archive.name}, {size}, for {', '.join(sorted({*sources}))}")
    return "; ".join(told)


def _missing(jobs: Iterable[Job], runs: Runs) -> Iterator[tuple[str, Way]]:
    """Yield the files that jobs fetch, each with its source."""
    for job in jobs:
        if job.step == "fetch":
            kind, name = runs.sources[job.wildcards["source"]]
            needing = PROXIES[name] if kind == "proxy" else runs.task(name)
            yield from ((needing.source, way) for way in needing.files)


def plan(
    targets: Sequence[str], *, snakefile: Path, config_files: Sequence[Path], folder: Path
) -> str:
    """Return as text what some targets would cost; arguments as of `planned_jobs`.

    Raises:
        SettingsError: if the workflow is not there.
    """
    if not snakefile.is_file():
        raise SettingsError(
            where=str(snakefile),
            what="the workflow is not there",
            mend="change to the repository's folder, or name its Snakefile by `--snakefile`",
        )
    jobs, runs = planned_jobs(
        targets, snakefile=snakefile, config_files=config_files, folder=folder
    )
    hours = Hours(runs, folder)
    counts, made = Counter(job.step for job in jobs), Counter[str]()
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    for job in jobs:
        if job.step in TRAINING:
            each, source = hours.of(job)
            made[job.step] += job.runs
            spent[job.step][source] += each * job.runs  # type: ignore[assignment]
    lines = [f"{'step':<16}{'jobs':>7}{'runs':>7}{'hours':>11}   of which"]
    for step, count in counts.items():
        parts = [f"{value:,.1f} {source}" for source, value in spent[step].items() if value]
        shown = f"{spent[step].total():>11,.1f}" if step in TRAINING else " " * 11
        lines.append(
            f"{step:<16}{count:>7}{made[step] or '':>7}{shown}   {', '.join(parts)}".rstrip()
        )
    total = sum(by_source.total() for by_source in spent.values())
    lines.append(f"{'all':<16}{len(jobs):>7}{made.total():>7}{total:>11,.1f}")
    searched = sum(spent[step].total() for step in ("tune", "tune_worker") if step in spent)
    if searched:
        lines += ["", f"With --config hyperparameters=published: {total - searched:,.1f} hours."]
    bring, unstated = downloads(jobs, runs)
    more = f", and {unstated} files of unstated size" if unstated else ""
    lines += ["", f"To download: {bring:,.1f} GB{more}."]
    if refused := fallbacks(jobs, runs):
        lines.append(f"Besides, where a server refuses, once: {refused}.")
    return "\n".join([*lines, MEANING])
