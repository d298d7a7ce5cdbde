"""The losses of the first steps of each method; as a command it writes them to `tests/reference`.

python -m tests.training.record_losses
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from orca.provenance import write_json
from orca.training.finetune_loop import FinetuneLoop
from tests.training.toy_grid import different, prepared_step, toy_place
from tests.training.toys import run

RECORDED = Path(__file__).parents[1] / "reference/training_losses.json"
STEPS = 10
METHODS = different()


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
        run(prepared_step(name, "classes", place, out, dropout=0.0), out)
    return losses[:STEPS]


def main() -> None:
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder, toy_place(Path(folder)) as place:
        losses = {name: first_losses(name, place, place / name) for name in METHODS}
    write_json(RECORDED, losses)


if __name__ == "__main__":
    main()
