"""What the runs of some tables were expected to cost, step by step, beside what they used.

The expected side is `orca plan`'s, for an empty folder: the paper's hours or estimates on a V100,
never our own records. The used side is read from what the steps left: records of runs,
Snakemake's benchmark files, sizes on the disk.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from orca.data.source import PROXIES
from orca.evaluation.score import Run
from orca.grid import Grid
from orca.methods.method import METHODS
from orca.models.body import CLOSEST
from orca.plan import ORDER, TRAINING, Hours, Job, downloads, kept
from orca.rendered import Rendered
from orca.reporting.published import read_published
from orca.reporting.records import StepCost

WALL = {  # Snakemake's benchmark files of each step, under the results folder
    "fetch": "benchmarks/fetch/{source}.tsv",
    "fetch_body": "benchmarks/fetch_body/{body}.tsv",
    "pretrain_body": "benchmarks/pretrain_body/{body}.tsv",
    "prepare": "benchmarks/prepare/{task}.tsv",
    "embed_source": "benchmarks/embed_source/{body}.{source}.tsv",
    "source_terms": "benchmarks/source_terms/{body}.{source}.{terms}.tsv",
    "tune_worker": "tuned/{task}/{body}/worker{worker}.tsv",
    "tune": "tuned/{task}/{body}/tune.tsv",
    "align": "aligned/{task}/{body}/{alignment}/*.tsv",
    "choose_body": "benchmarks/choose_body/{task}.{method}.seed{seed}.tsv",
    "finetune": "finetuned/{task}/{body}/{method}/*.tsv",
    "finetune_chosen": f"finetuned/{{task}}/{CLOSEST}/{{method}}/seed{{seed}}.tsv",
    "evaluate": "benchmarks/evaluate/{task}.{body}.{method}.*.tsv",
    "evaluate_chosen": "benchmarks/evaluate_chosen/{task}.{method}.seed{seed}.tsv",
}
RECORD = {  # the file that says that a job of the step is done
    "fetch": "raw/{source}/sources.json",
    "fetch_body": "bodies/{body}/card.json",
    "pretrain_body": "bodies/{body}/card.json",
    "prepare": "prepared/{task}/card.json",
    "embed_source": "source/{body}/{source}.safetensors",
    "source_terms": "source/{body}/{source}.{terms}.safetensors",
    "tune_worker": "tuned/{task}/{body}/worker{worker}.json",
    "tune": "tuned/{task}/{body}/best.yaml",
    "align": "aligned/{task}/{body}/{alignment}/seed{seed}/run.json",
    "choose_body": "chosen/{task}/{method}/seed{seed}.json",
    "finetune": "finetuned/{task}/{body}/{method}/seed{seed}/run.json",
    "finetune_chosen": f"finetuned/{{task}}/{CLOSEST}/{{method}}/seed{{seed}}/run.json",
    "evaluate": "scores/{task}/{body}/{method}/seed{seed}.json",
    "evaluate_chosen": f"scores/{{task}}/{CLOSEST}/{{method}}/seed{{seed}}.json",
}
TIMED = ("align", "finetune", "finetune_chosen")  # steps whose records hold their seconds
KEEPING = (  # steps whose outputs have some size
    "fetch", "fetch_body", "pretrain_body", "prepare", "finetune", "finetune_chosen",
)  # fmt: skip


class Place(NamedTuple):
    """What tells a job from others: its step and its wildcards."""

    step: str
    wildcards: tuple[tuple[str, str], ...]


def _place(step: str, **wildcards: object) -> Place:
    return Place(step, tuple((name, str(value)) for name, value in wildcards.items()))


def jobs_of(grid: Grid, tables: Sequence[str]) -> list[Job]:
    """Return every job behind some tables, one for each seed, from an empty folder."""
    places: dict[Place, None] = {}
    for table in tables:
        for run in grid.runs(table):
            places |= dict.fromkeys(_of_run(grid, run))
        for path in Rendered(grid).alignments(table):
            _, _, task, body, alignment, seed, _ = Path(path).parts
            places |= dict.fromkeys(_aligning(grid, task, body, alignment, seed))
    return [Job(p.step, dict(p.wildcards), ()) for p in places]


def _of_run(grid: Grid, run: Run) -> list[Place]:
    """Return what a run needs, itself, and its evaluation; alignments stand apart."""
    each: dict[str, object] = {"task": run.task, "method": run.method, "seed": run.seed}
    bodies = grid.bodies_behind(run.body)
    if run.body == CLOSEST:
        steps: tuple[str, ...] = ("choose_body", "finetune_chosen", "evaluate_chosen")
    else:
        steps, each = ("finetune", "evaluate"), {**each, "body": run.body}
    places = [place for body in bodies for place in _before(grid, run.task, body)]
    if METHODS[run.method].needs_source:
        places += [place for body in bodies for place in _source(grid, body)]
    return [*places, *(_place(step, **each) for step in steps)]


def _before(grid: Grid, task: str, body: str) -> list[Place]:
    """Return what every run of a cell needs: data, weights, tuned settings."""
    places = [
        _place("fetch", source=grid.source_of(task)),
        _place("pretrain_body" if body in grid.pretrained_bodies else "fetch_body", body=body),
        _place("prepare", task=task),
    ]
    if grid.tuned(body):
        workers = grid.choices.tuning_of(body).workers
        numbers = range(workers if workers > 1 else 0)
        places += [_place("tune_worker", task=task, body=body, worker=k) for k in numbers]
        places.append(_place("tune", task=task, body=body))
    return places


def _source(grid: Grid, body: str) -> list[Place]:
    """Return what a body's source features need."""
    proxy = grid.body(body).proxy
    return [
        _place("fetch", source=PROXIES[proxy].source),
        _place("embed_source", body=body, source=proxy),
    ]


def _aligning(grid: Grid, task: str, body: str, alignment: str, seed: str) -> list[Place]:
    """Return an alignment, and what it needs of the source."""
    terms = grid.terms_key(task, body, alignment)
    number = seed.removeprefix("seed")
    return [
        *_source(grid, body),
        _place("source_terms", body=body, source=grid.body(body).proxy, terms=terms),
        _place("align", task=task, body=body, alignment=alignment, seed=number),
    ]


def ledger(tables: Sequence[str], *, grid: Grid, results: Path, published: Path) -> list[StepCost]:
    """Return for each step what was expected and what was used; nothing if nothing ran.

    Args:
        tables: whose runs count.
        grid: tells which these are.
        results: folder of what was made.
        published: folder of the papers' numbers.
    """
    hours = Hours(grid, None, read_published(published))
    by_step: dict[str, list[Job]] = {step: [] for step in ORDER}
    for job in jobs_of(grid, tables):
        by_step[job.step].append(job)
    steps = [_step(step, jobs, hours, results, published) for step, jobs in by_step.items() if jobs]
    return steps if any(step.wall for step in steps) else []


def _step(step: str, jobs: list[Job], hours: Hours, results: Path, published: Path) -> StepCost:
    done = [job for job in jobs if _record(job, results).exists()]
    expected = {id(job): hours.of(job) for job in jobs} if step in TRAINING else {}
    told = Counter(source for _, source in expected.values())
    wall = _wall_hours(jobs, results)
    return StepCost(
        step=step,
        jobs=len(jobs),
        done=len(done),
        expected=sum((each for each, _ in expected.values()), 0.0) if expected else None,
        expected_of_done=sum((expected[id(job)][0] for job in done), 0.0) if expected else None,
        told_by=", ".join(
            f"{source} ({count})" if len(told) > 1 else source for source, count in told.items()
        ),
        used=_recorded_hours(done, results) if step in TIMED else wall,
        wall=wall,
        expected_gb=_expected_gb(step, jobs, hours.grid, results, published),
        used_gb=_used_gb(done, results) if step in KEEPING else None,
    )


def _record(job: Job, results: Path) -> Path:
    return results / RECORD[job.step].format(**job.wildcards)


def _wall_hours(jobs: Iterable[Job], results: Path) -> float | None:
    """Return the wall time of the jobs' processes, their start counted in."""
    files = {file for job in jobs for file in results.glob(WALL[job.step].format(**job.wildcards))}
    seconds = []
    for path in files:
        with path.open(newline="") as file:
            seconds += [float(row["s"]) for row in csv.DictReader(file, delimiter="\t")]
    return sum(seconds) / 3600 if seconds else None


def _recorded_hours(done: Iterable[Job], results: Path) -> float | None:
    """Return the hours that the runs themselves timed."""
    records = [json.loads(_record(job, results).read_text()) for job in done]
    return sum(sum(r["seconds"].values()) for r in records) / 3600 if records else None


def _expected_gb(
    step: str, jobs: list[Job], grid: Grid, results: Path, published: Path
) -> float | None:
    if step == "fetch":
        return downloads(jobs, grid)[0]
    return kept(jobs, grid, results, published)[0] if step in ("prepare", "finetune") else None


def _used_gb(done: Iterable[Job], results: Path) -> float | None:
    folders = {_record(job, results).parent for job in done}
    sizes = [file.stat().st_size for folder in folders for file in folder.rglob("*")]
    return sum(sizes) / 1e9 if sizes else None
