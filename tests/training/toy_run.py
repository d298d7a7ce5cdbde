"""Makes toy runs from a command line, for tests that kill them: python toy_run.py STEP FOLDER."""

import sys
from pathlib import Path

import torch

from orca import logs
from orca.methods.method import METHODS
from orca.training.cell import Places, run_seeds
from orca.training.run_align import Align
from orca.training.run_finetune import Finetune
from tests.training.toys import make_cell, make_source


def main(step: str, folder: Path) -> None:
    logs.set_up()
    torch.set_num_threads(1)
    cell = make_cell(folder / "data", epochs=12, checkpoint_seconds=0.0)
    steps = {
        "finetune": lambda: Finetune(cell=cell, method="finetune"),
        "align": lambda: Align(
            cell=cell, method=METHODS["orca"], source=make_source(folder / "data", cell)
        ),
    }
    run_seeds(steps[step](), [0, 1], Places(out=folder / "out", state=folder / "state"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
