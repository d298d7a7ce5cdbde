"""Commands on finished runs: evaluate, predict, export."""

from pathlib import Path

import click

from orca.commands.options import (
    BODY,
    DEVICE,
    FILE,
    FOLDER,
    METHOD,
    SEEDS,
    TASK,
    AskedTask,
    device_of,
    write_stamp,
)
from orca.errors import ResultsError
from orca.workflow import layout


def _check_there(run: Path) -> None:
    if not run.is_dir():
        raise ResultsError(
            where=str(run),
            what="there is no such folder of a run",
            mend="name one such as results/finetuned/<task>/<body>/<method>/seed0, which `orca run` or"
            " the workflow makes",
        )


@click.command()
@TASK
@BODY
@METHOD
@SEEDS
@DEVICE
def evaluate(task: AskedTask, body: str, method: str, seeds: tuple[int, ...], device: str) -> None:
    """Score finished runs on the test split."""
    from orca.evaluation.score import SCORE
    from orca.training.evaluate import evaluate as score
    from orca.training.finished_run import FinishedRun
    from orca.training.job_settings import JobSettings

    names = (task.name, body, method)
    runs, out = layout.run_folder("finetuned", *names), layout.run_folder("scores", *names)
    origin = JobSettings.read(Path(layout.settings(runs))).hyperparameters
    held, scores = device_of(device), {}
    facts = {"task": task.name, "body": body, "method": method}
    also = [name for _, name in task.task.also_tested_on]
    for seed in seeds:
        scores[seed] = score(
            FinishedRun(Path(layout.run(runs, seed)), held, facts=facts | {"seed": seed}),
            tests=[Path(layout.path("test", task=name)) for name in (task.name, *also)],
            hyperparameters=origin,
            out=Path(layout.run(out, seed), SCORE),
        )
    write_stamp(out, seeds, scores)


@click.command()
@click.option("--run", type=FOLDER, required=True, help="Folder of a finished run.")
@click.option("--input", "inputs", type=FILE, help="New samples, in the form of the fit file.")
@click.option("--test", type=FILE, help="A prepared test.h5, instead of `--input`.")
@click.option(
    "--output",
    type=FILE,
    required=True,
    help="csv, parquet or npz to write; of a test split an npz with `predicted` and `target`.",
)
@click.option("--weights", type=FOLDER, help="Folder of the body's weights, if they lie elsewhere.")
@DEVICE
def predict(  # noqa: PLR0913 (click passes each option by name)
    run: Path,
    inputs: Path | None,
    test: Path | None,
    output: Path,
    weights: Path | None,
    device: str,
) -> None:
    """Predict with a finished run, in the task's own units: for new samples, or a test split."""
    from orca.training.evaluate import predict_test
    from orca.training.finished_run import FinishedRun
    from orca.training.predict_new import predict_file

    if (inputs is None) == (test is None):
        raise click.UsageError("give either --input or --test")
    _check_there(run)
    finished = FinishedRun(run, device_of(device), weights=weights)
    if inputs:
        predict_file(finished, inputs=inputs, output=output)
    elif test:
        predict_test(finished, test=test, output=output)


@click.command()
@click.argument("run", type=FOLDER)
@click.argument("out", type=FILE)
def export(run: Path, out: Path) -> None:
    """Pack a finished run and its model card into a zip file: RUN is its folder."""
    import torch

    from orca.training.export import export as pack
    from orca.training.finished_run import FinishedRun

    _check_there(run)
    finished = FinishedRun(run, torch.device("cpu"))
    record = finished.record
    scores = layout.run_folder("scores", record["task"], record["body"], record["method"])
    pack(finished, out, scores=Path(layout.run(scores, record["seed"])))
