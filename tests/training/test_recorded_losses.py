"""What a change should not move: the losses of the first ten optimizer steps of each method.

`tests/reference/training_losses.json` has them, after an alignment of two epochs for the methods
that align. A change that should move them records them again, and says so:
python -m tests.training.test_recorded_losses
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from orca.provenance import write_json
from orca.training.finetune_loop import FinetuneLoop
from tests.training.toy_grid import aligned_step, different, toy_place
from tests.training.toys import run

RECORDED = Path(__file__).parents[1] / "reference/training_losses.json"
STEPS = 10
METHODS = different()
LOSSES = json.loads(RECORDED.read_text())


def first_losses(name: str, place: Path, out: Path) -> list[float]:
    """Return the losses of the first batches of a method, on a toy body of grids and classes.

    Without dropout, whose draws are not the same on all machines.
    """
    losses, backward = [], FinetuneLoop._backward

    def recorded(loop: FinetuneLoop, *batch: Any) -> Tensor:
        loss = backward(loop, *batch)
        losses.append(loss.item())
        return loss

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FinetuneLoop, "_backward", recorded)
        run(aligned_step(name, "classes", place, out, dropout=0.0), out)
    return losses[:STEPS]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_every_method_that_differs_from_the_others_is_recorded():
    assert sorted(LOSSES) == METHODS
    assert {len(losses) for losses in LOSSES.values()} == {STEPS}


@pytest.mark.parametrize("name", METHODS)
def test_the_first_steps_of_a_method_are_those_that_were_recorded(name, place, tmp_path):
    assert first_losses(name, place, tmp_path) == pytest.approx(LOSSES[name], rel=1e-6)


def main() -> None:
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder, toy_place(Path(folder)) as place:
        losses = {name: first_losses(name, place, place / name) for name in METHODS}
    write_json(RECORDED, losses)


if __name__ == "__main__":
    main()
