"""Every method goes the whole way, on a toy body that lies in a folder as a fetched one does."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from orca.data.fetch import fetch
from orca.data.source import PROXIES
from orca.data.task import Field
from orca.evaluation.score import read_score
from orca.methods.method import METHODS
from orca.models.bodies import swin_fractals
from orca.models.pretraining.model import body_tensors, untrained
from orca.models.weights import write_card
from orca.training.cell import Cell, Places, run_seeds
from orca.training.embed_source import embed_source, source_terms
from orca.training.evaluate import evaluate
from orca.training.run_align import Align, SourceFiles
from orca.training.run_finetune import Finetune
from tests.training.toys import CLASSES, SETTINGS, write_prepared

NAME = "swin_fractals"
CPU = torch.device("cpu")
IMAGES = replace(CLASSES, input_shape=(2, 12, 12))
TASKS = {
    "classes": IMAGES,
    "fields": replace(IMAGES, target=Field(grid=(12, 12)), loss="nrmse", metric="nrmse"),
}
SHORT = SETTINGS.model_copy(
    update={
        "epochs": 2,
        "align": SETTINGS.align.model_copy(update={"epochs": 2}),
        "pare": SETTINGS.pare.model_copy(update={"sampled_epochs": 1}),
    }
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Make a folder with a toy body, its source, and a task of each kind."""
    folder = tmp_path_factory.mktemp("methods")
    (folder / "body").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swin_fractals, "SHAPE", swin_fractals.TOY)
        model = untrained(NAME, 3, torch.Generator().manual_seed(0))
        save_file(body_tensors(model), folder / "body/model.safetensors")
        write_card(NAME, folder / "body", way="a test")
        fetch(PROXIES["digits"], folder / "raw")
        embed_source(
            NAME, weights=folder / "body", raw=folder / "raw", out=folder / "source.safetensors",
            samples=120, device=CPU,
        )  # fmt: skip
        for name, task in TASKS.items():
            write_prepared(folder / name / "fit.h5", task, part="fit")
            write_prepared(folder / name / "test.h5", task, part="test")
        yield folder


def aligned(cell, method, place, out):
    terms = place / f"terms.{method.alignment}.safetensors"
    source = place / "source.safetensors"
    if not terms.exists():
        source_terms(method.alignment, source=source, settings={}, out=terms, device=CPU)
    step = Align(cell=cell, method=method, source=SourceFiles(features=source, terms=terms))
    folder = out / "aligned" / method.alignment_key
    run_seeds(step, [0], Places(out=folder, state=out / "state/align"))
    return folder


def different(names, **alike):
    """Return one method of each that differ in more than what is laid over them all."""
    plain = {"title": "", "origin": "", "compared_in": (), **alike}
    plainest = sorted(names, reverse=True)  # of equal ones the first by name stays
    return sorted({repr(replace(METHODS[name], **plain)): name for name in plainest}.values())


# Stage two has tests of its own on fields, so there methods count that differ in stage three.
STAGE_TWO = {"alignment": "", "embedder": "random", "chooses_body": False}
CASES = [(name, "classes") for name in different(METHODS, fixes={})]
CASES += [(name, "fields") for name in different(METHODS, fixes={}, **STAGE_TWO)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_method_ends_with_a_score_on_classes_and_on_fields(name, kind, place, tmp_path):
    method, task = METHODS[name], TASKS[kind]
    cell = Cell(
        task_name="made_up", task=task, body=NAME, settings=SHORT, prepared=place / kind / "fit.h5",
        weights=place / "body", device=CPU,
    )  # fmt: skip
    folder = aligned(cell, method, place, tmp_path) if method.alignment else None
    source = place / "source.safetensors" if method.needs_source else None
    step = Finetune(cell=cell, method=name, aligned=folder, source=source)
    run_seeds(step, [0], Places(out=tmp_path / "run", state=tmp_path / "state/finetune"))
    record = json.loads((tmp_path / "run/seed0/run.json").read_text())
    assert bool(record["alignment"]) == bool(method.alignment)
    evaluate(
        cell, [0], runs=tmp_path / "run", tests=[place / kind / "test.h5"], scores=tmp_path / "scores",
        hyperparameters="default",
    )  # fmt: skip
    score = read_score(tmp_path / "scores/seed0.json")
    assert score.status == "ok"
    assert score.method == name
