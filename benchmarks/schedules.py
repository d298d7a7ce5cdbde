"""Which schedule trains the better embedder: the official one, or the one that converges.

    snakemake demo --cores 1
    snakemake --cores 1 results/source/minilm/synthetic_ner.otdd_official.safetensors
    OMP_NUM_THREADS=1 python benchmarks/schedules.py

For every run of the demo's method `orca` the embedder is aligned twice from the same start, by the
same draws and settings, once under each schedule, and the body fine-tuned from both. Prints the
held-out target sample's distance to the source, solved to a marginal error of 1e-5 whichever
schedule trained, and the test score. What is finished already is not run again.
"""

import argparse
import statistics
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import yaml

from orca.alignment.distance import DISTANCES
from orca.alignment.source import Source
from orca.data.store import Prepared
from orca.evaluation.score import read_score
from orca.grid import Grid
from orca.methods.method import METHODS
from orca.training.align import Alignment, Objective, Target
from orca.training.cell import Cell, Places, run_seeds
from orca.training.checkpoint import State, read_tensors
from orca.training.evaluate import evaluate
from orca.training.run_align import Align, SourceFiles, target_labels
from orca.training.run_finetune import Finetune
from orca.training.tensors import load_trained
from orca.tuning.best import with_tuned

ROOT = Path(__file__).parents[1]
SCHEDULES = {"official": "otdd_official", "converged": "otdd"}
ORCA = METHODS["orca"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """One task of the demo, its seeds, and what both schedules share.

    Args:
        grid: of the demo.
        results: where the workflow has left prepared data, source, terms and tuned settings.
        task: its name.
        body: name of the body.
        seeds: of the runs.
        exact: the distance that judges.
    """

    grid: Grid
    results: Path
    task: str
    body: str
    seeds: tuple[int, ...]
    exact: Objective

    @property
    def cell(self) -> Cell:
        """The task's data and settings, as the demo runs it."""
        tuned = self.results / f"tuned/{self.task}/{self.body}/best.yaml"
        return Cell(
            task_name=self.task,
            task=self.grid.task(self.task),
            body=self.body,
            settings=with_tuned(self.grid.settings(self.task, self.body, "orca"), tuned),
            prepared=self.results / f"prepared/{self.task}/fit.h5",
            weights=self.results / f"bodies/{self.body}",
            device=torch.device("cpu"),
        )

    def folder(self, schedule: str, step: str) -> Path:
        """Where a step of one schedule leaves its runs."""
        return self.results / "schedules" / schedule / step / self.task

    def places(self, schedule: str, step: str) -> Places:
        """Where a step's finished and unfinished runs lie."""
        return Places(out=self.folder(schedule, step), state=self.folder(schedule, f"state/{step}"))

    def missing(self, folder: Path, name: str) -> list[int]:
        """Return the seeds whose runs are not finished."""
        return [seed for seed in self.seeds if not (folder / f"seed{seed}{name}").exists()]

    def align(self, schedule: str, source: Path) -> None:
        """Align under one schedule, what is missing of it."""
        distance = SCHEDULES[schedule]
        align = Align(
            cell=self.cell,
            method=replace(ORCA, alignment=distance),
            source=SourceFiles(
                features=source, terms=source.with_suffix(f".{distance}.safetensors")
            ),
        )
        if seeds := self.missing(self.folder(schedule, "aligned"), "/run.json"):
            run_seeds(align, seeds, self.places(schedule, "aligned"))

    def finetune(self, schedule: str) -> None:
        """Fine-tune from one schedule's embedders and evaluate, what is missing of it."""
        cell, runs = self.cell, self.folder(schedule, "finetuned")
        if seeds := self.missing(runs, "/run.json"):
            finetune = Finetune(cell=cell, method="orca", aligned=self.folder(schedule, "aligned"))
            run_seeds(finetune, seeds, self.places(schedule, "finetuned"))
        scores = self.folder(schedule, "scores")
        if seeds := self.missing(scores, ".json"):
            test = cell.prepared.with_name("test.h5")
            evaluate(cell, seeds, runs=runs, tests=[test], scores=scores, hyperparameters="tuned")

    def distance(self, seed: int, embedder: Path | None) -> float:
        """Return the converged distance of the held-out samples, of the start for None."""
        cell = self.cell
        model = cell.model(ORCA, seed)
        if embedder is not None:
            load_trained(model.embedder, read_tensors(embedder)[0], where=str(embedder))
        with Prepared(cell.prepared, cell.task) as prepared:
            labels = target_labels(cell, prepared, self.exact.source, seed)
            rows = prepared.rows("validation")
            held_out = Target(prepared, rows, labels[rows])
            judge = Alignment(
                model=model,
                objective=self.exact,
                target=held_out,
                settings=cell.settings,
                seed=seed,
                state=State(self.results / "schedules/state/judge", ""),
            )
            return judge.held_out_value(held_out)

    def distances(self) -> list[list[float]]:
        """Return for each seed the distance at the start, then under each schedule."""
        return [
            [self.distance(seed, None)]
            + [
                self.distance(
                    seed, self.folder(schedule, "aligned") / f"seed{seed}/embedder.safetensors"
                )
                for schedule in SCHEDULES
            ]
            for seed in self.seeds
        ]

    def scores(self) -> list[list[float]]:
        """Return for each seed the test score under each schedule."""
        folders = [self.folder(schedule, "scores") for schedule in SCHEDULES]
        found = [[read_score(f / f"seed{seed}.json").value for f in folders] for seed in self.seeds]
        return [[value for value in row if value is not None] for row in found]


def judge(source: Path) -> Objective:
    """Return the distance that both schedules' embedders are measured by."""
    declared = DISTANCES["otdd"]
    settings = declared.read_settings({"tolerance": 1e-5}, where="benchmarks/schedules.py")
    tensors, _ = read_tensors(source)
    known = Source.of(tensors["features"], tensors["labels"])
    terms = declared.load().source_terms(known, settings)
    return Objective(distance=declared, settings=settings, source=known, terms=terms)


def demo_grid() -> Grid:
    """Return the grid of the demo's configuration."""
    config: dict = {}
    for name in ("config.yaml", "demo.yaml"):
        config |= yaml.safe_load((ROOT / "config" / name).read_text())
    return Grid.read(config, ROOT / "config")


def print_task(title: str, rows: list[list[float]]) -> None:
    """Print a row per seed, and what the converged schedule gains over the official one."""
    for seed, row in enumerate(rows):
        print(f"| {title} | {seed} | {' | '.join(f'{value:.5g}' for value in row)} |")
    gains = [row[-1] - row[-2] for row in rows]
    mean, spread = statistics.mean(gains), statistics.stdev(gains)
    print(f"| {title} | converged less official | {mean:+.3g} ± {spread:.2g} |", flush=True)


def main() -> None:
    """Run and measure the demo's tasks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    given = parser.parse_args()
    torch.set_num_threads(1)
    grid = demo_grid()
    source = given.results / "source/minilm/synthetic_ner.safetensors"
    exact = judge(source)
    seeds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for run in grid.runs("demo"):
        if run.method == "orca":
            seeds[run.task, run.body].append(run.seed)
    tasks = [
        Comparison(grid, given.results, task, body, tuple(numbers), exact)
        for (task, body), numbers in seeds.items()
    ]
    print("held-out distance: at the start, official, converged")
    for one in tasks:
        for schedule in SCHEDULES:
            one.align(schedule, source)
        print_task(one.task, one.distances())
    print("test score: official, converged")
    for one in tasks:
        for schedule in SCHEDULES:
            one.finetune(schedule)
        print_task(f"{one.task}, {one.cell.task.metric}", one.scores())


if __name__ == "__main__":
    main()
