"""Every method goes the whole way, on a toy body that lies in a folder as a fetched one does."""

import pytest

from orca.evaluation.score import read_score
from orca.methods.method import METHODS
from orca.training.evaluate import evaluate
from tests.training.toy_grid import TASKS, aligned_step, different
from tests.training.toys import CPU, MadeUpRun, record, run

# Stage two has tests of its own on fields, so there methods count that differ in stage three.
CASES = [(name, "classes") for name in different()]
CASES += [(name, "fields") for name in different(alignment="", embedder="random")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_method_ends_with_a_score_on_classes_and_on_fields(name, kind, place, tmp_path):
    (folder,) = run(aligned_step(name, kind, place, tmp_path), tmp_path)
    assert bool(record(folder)["alignment"]) == bool(METHODS[name].alignment)
    evaluate(
        MadeUpRun(folder, CPU, TASKS[kind]), tests=[place / kind / "test.h5"],
        hyperparameters="default", out=tmp_path / "score.json",
    )  # fmt: skip
    score = read_score(tmp_path / "score.json")
    assert score.status == "ok"
    assert score.method == name
