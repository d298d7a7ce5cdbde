"""Makes every page of `all` by its own command, in one process, from stand-ins for finished runs."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from snakemake.api import SnakemakeApi
from snakemake.settings import types

from orca.cli import orca
from orca.commands.options import write_stamp
from orca.data.task import TASKS
from orca.evaluation.predictions import write_predictions
from orca.provenance import write_json
from orca.settings import read_yaml
from orca.workflow import layout
from tests.reporting.conftest import (
    card_of_demo,
    score_of,
    write_align_history,
    write_finetune_history,
    write_score,
)

ROOT = Path(__file__).parents[2]
PAGES = ("tabulate", "plot_profile", "plot_ranks", "plot_alignment", "plot_figure", "report")


def make_every_page(place: Path) -> None:
    """Plan `all` in a folder, put stand-ins there, and run the pages' commands in their order."""
    os.chdir(place)
    with SnakemakeApi(types.OutputSettings(quiet={types.Quietness.ALL}, dryrun=True)) as api:
        workflow = api.workflow(
            resource_settings=types.ResourceSettings(cores=1),
            config_settings=types.ConfigSettings(config={"seeds": 1}),
            snakefile=ROOT / "Snakefile",
        )
        dag = workflow.dag(types.DAGSettings(targets={"all"}))
        dag.execute_workflow(executor="dryrun")
        inner = workflow._workflow  # the API itself does not give the jobs out
        jobs = [job for some in inner.dag.toposorted() for job in some if job.rule.name in PAGES]
        inner.globals["JOBS"].write_settings()
        wanted = inner.globals["PAGES"].all_files()
    made = {str(path) for job in jobs for path in job.output}
    stand_in({str(path) for job in jobs for path in job.input} - made)
    for job in jobs:
        orca.main(shlex.split(job.shellcmd.partition("&>")[0])[1:], standalone_mode=False)
    asked = {"all": wanted, "outputs": sorted(made)}
    write_json(Path("asked.json"), asked)


def stand_in(needed: Iterable[str]) -> None:
    """Write what finished runs leave: stamps, scores, histories, predictions, cards."""
    for path in needed:
        kind, names = layout.parse(path)
        if kind in ("scores", "aligned"):
            folder, seeds = path.removesuffix(".json").rsplit("/", 1)
            numbers = layout.seeds_of(seeds)
            write_stamp(folder, numbers, dict.fromkeys(numbers, {}))
            for seed in numbers:
                if kind == "aligned":
                    write_exact_history(Path(layout.run(folder, seed), "history.csv"))
                else:
                    write_stand_in_score(*folder.split("/")[-3:], seed)
        elif kind == "prepared":
            task = TASKS[names["task"]]
            write_json(Path(path), card_of_demo(names["task"], task.title, 8))
        else:
            assert path.startswith(layout.root("predictions")), path
            fields = np.random.default_rng(0).normal(size=(2, 4, 1, 32))
            write_predictions(Path(path), *fields)
    for settings in Path(layout.RESULTS).glob("report*.yaml"):
        for history in read_yaml(settings)["histories"]:
            write_finetune_history(Path(history), [1.0, 0.5, 0.4])


def write_exact_history(path: Path) -> None:
    """Write the history of an alignment that kept the exact distance too."""
    write_align_history(path, [9.0, 5.0, 4.0])
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{head},exact", *(f"{line},4.5" for line in lines), ""]))


def write_stand_in_score(task: str, body: str, method: str, seed: int) -> None:
    """Write a score with all metrics of a run's task; it differs a little from run to run."""
    declared = TASKS[task]
    value = 0.3 + 0.01 * (sum(map(ord, method + body)) % 17) + 0.003 * seed
    endings = ("", *(f"_{ending}" for ending, _ in declared.also_tested_on))
    metrics = (declared.metric, *declared.extra_metrics)
    found = {f"{metric}{ending}": value for metric in metrics for ending in endings}
    del found[declared.metric]
    record = {"alignment": {"held_out_distance": 4.0 + value, "epochs_done": 20}}
    score = score_of(task, method, seed, value, body=body, record=record, metrics=found)
    write_score(Path(layout.root("scores")), score)
