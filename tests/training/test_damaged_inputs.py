"""An input that is damaged ends the job: it is never recorded as the method's failed run."""

from dataclasses import replace

import pytest

from orca.errors import DataError, StateError
from orca.training.evaluate import evaluate
from tests.training.toys import CLASSES, CPU, ToyRun, make_align, make_finetune, run, write_prepared

FIT, EMBEDDER, SOURCE = "fit.h5", "a/out/seed0/embedder.safetensors", "source.safetensors"
TERMS, WEIGHTS, TEST = "source.otdd.safetensors", "f/out/seed0/weights.safetensors", "test.h5"


def test_a_damaged_input_leaves_neither_run_nor_score(tmp_path):
    align = make_align(tmp_path, epochs=1)
    run(align, tmp_path / "a")
    step = make_finetune(tmp_path, method="orca", epochs=1)
    step = replace(step, aligned=tmp_path / "a/out", keep_failure=True)
    run(step, tmp_path / "f")
    test = write_prepared(tmp_path / TEST, CLASSES, part="test")
    facts = {"task": "made_up", "body": "minilm", "method": "orca", "seed": 0}
    found = ToyRun(tmp_path / "f/out/seed0", CPU, CLASSES, facts=facts)
    made = tmp_path / "made"

    def score():
        evaluate(found, tests=[test], hyperparameters="x", out=made / "score.json")

    steps = {
        **dict.fromkeys((SOURCE, TERMS), lambda: run(align, made)),
        **dict.fromkeys((FIT, EMBEDDER), lambda: run(step, made)),
        **dict.fromkeys((WEIGHTS, TEST), score),
    }
    for name, read in steps.items():
        path = tmp_path / name
        content = path.read_bytes()
        at = len(content) - 2
        path.write_bytes(content[:at] + bytes([content[at] ^ 64]) + content[at + 1 :])
        with pytest.raises((DataError, StateError), match=path.name):
            read()
        path.write_bytes(content)
    assert not [*made.rglob("run.json"), *made.rglob("score.json")]
