"""One of several processes of a toy run: torchrun ... parallel_run.py FOLDER KIND."""

import os
import sys
from pathlib import Path

import torch

from orca import logs
from orca.training.cell import Places
from orca.training.parallel import Ranks, run_together
from orca.training.run_finetune import Finetune
from tests.training.toys import CLASSES, FIELDS, make_cell

TASKS = {"classes": CLASSES, "fields": FIELDS}


def main(folder: Path, kind: str) -> None:
    logs.set_up()
    torch.set_num_threads(1)
    cell = make_cell(
        folder / "data", TASKS[kind], dropout=0.0, batch_size=7, accumulation=2,
        gradient_clipping=1.0, validate_every=1, checkpoint_seconds=0.0,
    )  # fmt: skip
    ranks = Ranks.of_environment(os.environ)
    places = Places(out=folder / f"out{ranks.size}", state=folder / f"state{ranks.size}")
    run_together(lambda cell: Finetune(cell=cell, method="finetune"), cell, [0, 1], places, ranks)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
