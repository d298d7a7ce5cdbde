"""One training step of a whole model at the papers' shapes: seconds and memory, on a CPU.

    python benchmarks/models.py                       every case below, each in a process of its own
    python benchmarks/models.py --case roberta_ecg    one case, as JSON

Weights are random, drawn from a seed: neither seconds nor memory depend on them. On a GPU,
`gpu.py` measures the loop that trains.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

import orca
from orca.logs import peak_memory_mb

STEPS = 2


class Case(NamedTuple):
    """A model and its batch; an output that is a number is that many classes."""

    body: str
    input_shape: tuple[int, ...]
    output: int | orca.Field
    batch: int
    settings: orca.ModelSettings = orca.ModelSettings()


RECOMPUTE = orca.ModelSettings(gradient_checkpointing=True)
DARCY = Case("swin_base", (3, 85, 85), orca.Field((85, 85)), 4)
CASES = {
    "roberta_ecg": Case("roberta_base", (1, 1000), 4, 4),
    "roberta_deepsea": Case(
        "roberta_base", (4, 1000), 36, 16, orca.ModelSettings(sequence_length=512)
    ),
    "swin_darcy": DARCY,
    "swin_darcy_recompute": DARCY._replace(settings=RECOMPUTE),
    "swin_cifar_recompute": Case("swin_base", (3, 32, 32), 100, 32, RECOMPUTE),
    "minilm_128": Case(
        "minilm", (1, 128), orca.Field((128,)), 16, orca.ModelSettings(sequence_length=32)
    ),
    "swin_fractals_darcy": DARCY._replace(body="swin_fractals", batch=8),
}


def saved_bytes(step: Callable[[], object]) -> int:
    """Return the bytes that a forward pass keeps for the backward pass, each storage once."""
    storages: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        if not isinstance(tensor, nn.Parameter):
            storage = tensor.untyped_storage()
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        step()
    return sum(storages.values())


def measure(case: Case) -> dict[str, float]:
    """Return seconds and memory of a training step."""
    model = orca.build(
        orca.load_body(case.body, start="random", settings=case.settings),
        case.input_shape, case.output, settings=case.settings, device="cpu",
    )  # fmt: skip
    inputs = torch.randn(case.batch, *case.input_shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)

    def loss() -> Tensor:
        return model(inputs).square().mean()

    start, used = time.perf_counter(), time.process_time()
    for _ in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    return {
        "parameters_millions": sum(p.numel() for p in model.parameters()) / 1e6,
        "tokens": model.embed(inputs[:1]).shape[1],
        "seconds": wall / STEPS,
        "processor_seconds": cpu / STEPS,
        "peak_memory_mb": peak_memory_mb(),
        "kept_activations_mb": saved_bytes(loss) / 2**20,
    }


def main() -> None:
    """Print one case as JSON, or a table of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES)
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(measure(CASES[asked.case])))
        return
    for name in CASES:
        command = [sys.executable, __file__, "--case", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        shown = (f"{key} {value:.3g}" for key, value in json.loads(done.stdout).items())
        print(f"| {name} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
