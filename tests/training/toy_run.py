"""Makes toy runs, for tests that kill them."""

from pathlib import Path

import torch

from orca import logs
from orca.training.seeds import run_seeds
from tests.training.toys import make_align, make_finetune


def main(name: str, folder: Path) -> None:
    logs.set_up()
    torch.set_num_threads(1)
    makers = {
        "finetune": lambda: make_finetune(folder / "data", epochs=12),
        "choose": lambda: make_finetune(
            folder / "data", epochs=12, selection="best_on_validation", learning_rate=3e-2
        ),
        "align": lambda: make_align(folder / "data", epochs=80),
    }
    run_seeds(
        makers[name](), [0, 1], out=folder / "out", state=folder / "state", checkpoint_seconds=0.0
    )
