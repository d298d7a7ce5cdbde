"""Commands that train: pretrain a body, embed the source, tune, align, fine-tune, evaluate, predict."""

import json
import os
import shlex
from pathlib import Path
from typing import Any

import click

from orca.commands.options import (
    BODY,
    CELL,
    DEVICE,
    FILE,
    FOLDER,
    OUT,
    OUT_FILE,
    PLACES,
    SEEDS,
    SettingsArgument,
    cell_of,
    cell_of_run,
    device_of,
    options,
)
from orca.errors import SettingsError
from orca.settings import PretrainSettings, TuningSettings


@click.command()
@BODY
@click.option("--settings", type=SettingsArgument(PretrainSettings), default="{}", help="As JSON.")
@DEVICE
@PLACES
def pretrain_body(**given: Any) -> None:
    """Pretrain a body that nobody publishes, on images that need no network."""
    from orca.training.pretrain_body import pretrain_body as pretrain

    pretrain(given.pop("body"), **given | {"device": device_of(given["device"])})


@click.command()
@BODY
@click.option("--weights", type=FOLDER, required=True, help="Folder of the body's weights.")
@click.option("--raw", type=FOLDER, required=True, help="Raw folder of the source proxy.")
@click.option("--samples", type=click.IntRange(min=1), default=5000, show_default=True)
@DEVICE
@OUT_FILE
def embed_source(**given: Any) -> None:
    """Pass a source proxy through the body's own embedding, once."""
    from orca.training.embed_source import embed_source as embed

    embed(given.pop("body"), **given | {"device": device_of(given["device"])})


@click.command()
@click.option("--distance", required=True, help="Name of the distance.")
@click.option("--source", type=FILE, required=True, help="What embed_source wrote.")
@click.option("--settings", default="{}", help="Of the distance, as JSON.")
@DEVICE
@OUT_FILE
def source_terms(**given: Any) -> None:
    """Compute what a distance needs of the source, once."""
    from orca.training.embed_source import source_terms as compute

    given |= {
        "device": device_of(given["device"]),
        "settings": json.loads(given["settings"]),
    }
    compute(given.pop("distance"), **given)


SEARCH = options(
    CELL,
    click.option("--space", required=True, help="Values by setting, as JSON."),
    click.option("--search", type=SettingsArgument(TuningSettings), default="{}", help="As JSON."),
    click.option("--state", type=FOLDER, required=True, help="Folder that the workers share."),
)


def _search(given: dict[str, Any]) -> Any:
    from orca.tuning.search import Search

    return Search(
        cell=cell_of(given),
        space=json.loads(given.pop("space")),
        settings=given.pop("search"),
        folder=given.pop("state"),
    )


@click.command()
@SEARCH
@OUT_FILE
def tune_worker(**given: Any) -> None:
    """Run trials of a shared search until it has enough; one of several workers."""
    from orca.provenance import write_json

    out = given.pop("out")
    search = _search(given)
    search.work()
    write_json(out, {"study": search.name})


@click.command()
@SEARCH
@OUT
def tune(**given: Any) -> None:
    """Run what is missing of a search, and write its trials and the best settings."""
    from orca.tuning.best import close

    out = given.pop("out")
    search = _search(given)
    search.work()
    close(search, out)


@click.command()
@CELL
@click.option("--method", required=True, help="Names the distance and the embedder's start.")
@click.option("--source", type=FILE, required=True, help="What embed_source wrote.")
@click.option("--terms", type=FILE, required=True, help="What source_terms wrote.")
@SEEDS
@PLACES
def align(**given: Any) -> None:
    """Train the embedder until the target's features lie like the source's (stage two)."""
    from orca.methods.method import METHODS
    from orca.training.cell import Places, run_seeds
    from orca.training.run_align import Align, SourceFiles

    step = Align(
        cell=cell_of(given),
        method=METHODS.look_up(given["method"], where="--method"),
        source=SourceFiles(features=given["source"], terms=given["terms"]),
    )
    run_seeds(step, given["seeds"], Places(out=given["out"], state=given["state"]))


@click.command()
@CELL
@click.option("--method", required=True, help="Name of the method.")
@click.option("--aligned", type=FOLDER, help="Folder of the aligned embedders.")
@click.option("--source", type=FILE, help="Source of the body, for methods that train on it.")
@click.option("--test", type=FILE, help="test.h5, for selection: test_as_published.")
@click.option("--keep-failure", is_flag=True, help="Record a failed run instead of ending.")
@SEEDS
@PLACES
def finetune(**given: Any) -> None:
    """Train the weights on the task (stage three); on several GPUs where torchrun starts it."""
    from orca.training.cell import Places
    from orca.training.parallel import Ranks, run_together
    from orca.training.run_finetune import Finetune

    seeds = given.pop("seeds")
    places = Places(out=given.pop("out"), state=given.pop("state"))
    cell = cell_of(given)
    ranks = Ranks.of_environment(os.environ)
    run_together(lambda cell: Finetune(cell=cell, **given), cell, seeds, places, ranks)


@click.command()
@click.option(
    "--aligned", type=(str, FILE), multiple=True, required=True, help="A body and its run.json."
)
@OUT_FILE
def choose_body(aligned: tuple[tuple[str, Path], ...], out: Path) -> None:
    """Choose the body that lies closest to its source after alignment."""
    from orca.training.choose_body import choose_body as choose

    choose(dict(aligned), out)


@click.command()
@CELL
@click.option("--runs", type=FOLDER, required=True, help="Folder of the finished runs.")
@click.option("--test", type=FILE, required=True, help="The task's test.h5.")
@click.option("--also", type=FILE, multiple=True, help="test.h5 of a task also tested on.")
@click.option("--scores", type=FOLDER, required=True, help="Folder for the scores.")
@click.option("--hyperparameters", required=True, help="Where the runs' settings come from.")
@click.option("--filed-under", help="What the scores name as body, where a method chose it.")
@SEEDS
def evaluate(**given: Any) -> None:
    """Score finished runs on the test split."""
    from orca.training.evaluate import evaluate as score

    cell = cell_of(given)
    tests = (given.pop("test"), *given.pop("also"))
    score(cell, given.pop("seeds"), tests=tests, **given)


@click.command()
@click.argument("verb", type=click.Choice(["finetune", "evaluate"]))
@click.option("--choice", type=FILE, required=True, help="What choose_body wrote.")
@click.option("--candidate", "candidates", type=(str, str), multiple=True, required=True,
              help="A body, and all that the verb would be told with it, as one word.")  # fmt: skip
def with_chosen(verb: str, choice: Path, candidates: tuple[tuple[str, str], ...]) -> None:
    """Fine-tune or evaluate with the body that was chosen."""
    body = json.loads(choice.read_text())["body"]
    told = dict(candidates)
    if body not in told:
        raise SettingsError(
            where=str(choice),
            what=f"the body '{body}' is chosen, and there are: {', '.join(told)}",
            mend=f"choose anew: snakemake --force {choice}",
        )
    {"finetune": finetune, "evaluate": evaluate}[verb].main(
        shlex.split(told[body]), standalone_mode=False
    )


@click.command()
@click.option("--run", type=FOLDER, required=True, help="Folder of a finished run.")
@click.option("--input", "inputs", type=FILE, help="npz with `inputs`.")
@click.option("--test", type=FILE, help="A prepared test.h5, instead of `--input`.")
@click.option(
    "--output",
    type=FILE,
    required=True,
    help="npz to write: `predictions`, or `predicted` and `target` of a test split.",
)
@DEVICE
def predict(run: Path, inputs: Path | None, test: Path | None, output: Path, device: str) -> None:
    """Predict with a finished run, in the task's own units: for new inputs, or a test split."""
    from orca.training.predict import predict_file, predict_test

    if (inputs is None) == (test is None):
        raise click.UsageError("give either --input or --test")
    cell = cell_of_run(run, device)
    if inputs:
        predict_file(cell, run=run, inputs=inputs, output=output)
    elif test:
        predict_test(cell, run=run, test=test, output=output)
