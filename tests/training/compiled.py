"""Compiles toy bodies and prints what came of it: python -m tests.training.compiled FOLDER.

In a process of its own, since the checks of annotations that tests run under cannot be compiled.
"""

import json
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch._dynamo.utils import counters

from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.training.compiling import as_compiled, compile_parts
from orca.training.finetune_loop import FinetuneLoop
from orca.training.seeds import run_seeds
from tests.training.toys import ToySetup, make_finetune, weights

PAIRS = [(body, "finetune") for body in sorted(BODIES)]
PAIRS += [("minilm", "orca_lora"), ("swin_base", "vpt")]


def graphs(body: str, method: str) -> int:
    """Return the graphs that steps of two sizes and a validation have made; a break is an error."""
    torch._dynamo.reset()
    counters.clear()
    setup = ToySetup.of(body, (1, 40), sequence_length=16, dropout=0.1)
    model = setup.build_for(method, METHODS[method].own_settings({}), seed=0).train()
    compile_parts(model, "default")
    for size in (4, 4, 3, 4):
        with as_compiled("default", wanted=size == 4):
            model(torch.randn(size, 1, 40)).square().sum().backward()
    with as_compiled("default", wanted=False):
        model.eval()(torch.randn(4, 1, 40))
    model.train()(torch.randn(4, 1, 40))
    return counters["stats"]["unique_graphs"]


def ended(folder: Path, out: Path) -> dict[str, Tensor]:
    """Return the weights that a compiled run ends with: each epoch has a short last batch."""
    torch._dynamo.reset()
    counters.clear()
    step = make_finetune(folder, compile="default", epochs=2, batch_size=7)
    run_seeds(step, [0], out=out, state=out / "state", checkpoint_seconds=0.0)
    return weights(out / "seed0")


def run_of_two_epochs(folder: Path) -> dict[str, object]:
    """Return the graphs of a run, and whether one that was stopped in its second epoch ends so."""
    whole, take = ended(folder, folder / "whole"), FinetuneLoop._step
    graphs = counters["stats"]["unique_graphs"]

    def stumbling(loop: FinetuneLoop, epoch: int, batch: int) -> None:
        if (epoch, batch) == (1, 3):
            raise KeyboardInterrupt
        take(loop, epoch, batch)

    FinetuneLoop._step = stumbling
    try:
        ended(folder, folder / "halves")
    except KeyboardInterrupt:
        FinetuneLoop._step = take
    halves = ended(folder, folder / "halves")
    alike = all(torch.equal(weight, halves[name]) for name, weight in whole.items())
    return {"graphs of a run": graphs, "stopped ends as whole": alike}


def main(folder: Path) -> None:
    """Print the graphs of each body, and how stopped runs end; gradients are traced too."""
    compiled = nn.Module.compile
    nn.Module.compile = lambda part, mode, **how: compiled(part, backend="aot_eager", **how)
    found = {f"{body},{method}": graphs(body, method) for body, method in PAIRS}
    told = {"graphs": found, **run_of_two_epochs(folder)}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
