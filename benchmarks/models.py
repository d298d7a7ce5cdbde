"""One training step of a whole model at the papers' shapes: seconds and memory.

    python benchmarks/models.py                       every case below, each in a process of its own
    python benchmarks/models.py --case roberta_ecg    one case, as JSON
    python benchmarks/models.py --device cuda         samples per second too, fp32, bf16, compiled

Weights are random, drawn from a seed: neither seconds nor memory depend on them.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

STEPS = {"cpu": 2, "cuda": 20}
WARM_UP = {"cpu": 0, "cuda": 5}


@dataclass(frozen=True)
class Case:
    """A model, a batch, and how it is run.

    Args:
        body: name of the body.
        input_shape: of a sample.
        grid: of a field that is predicted; empty for classes.
        classes: how many, without a field.
        batch: samples.
        sequence_length: tokens aimed at.
        precision: `float32` or `bfloat16`.
        recompute: whether activations are computed again in the backward pass.
        compiled: whether `torch.compile` is used.
    """

    body: str
    input_shape: tuple[int, ...]
    batch: int
    grid: tuple[int, ...] = ()
    classes: int = 10
    sequence_length: int = 64
    precision: str = "float32"
    recompute: bool = False
    compiled: bool = False


ECG = Case("roberta_base", (1, 1000), 4, classes=4)
DEEPSEA = Case("roberta_base", (4, 1000), 16, classes=36, sequence_length=512)
DARCY = Case("swin_base", (3, 85, 85), 4, grid=(85, 85))
CIFAR = Case("swin_base", (3, 32, 32), 32, classes=100)
CASES = {
    "roberta_ecg": ECG,
    "roberta_deepsea": DEEPSEA,
    "swin_darcy": DARCY,
    "swin_darcy_recompute": replace(DARCY, recompute=True),
    "swin_cifar_recompute": replace(CIFAR, recompute=True),
    "minilm_128": Case("minilm", (1, 128), 16, grid=(128,), sequence_length=32),
    "swin_fractals_darcy": Case("swin_fractals", (3, 85, 85), 8, grid=(85, 85)),
}
ON_GPU = {
    f"{name}_{kind}": replace(case, **change)
    for name, case in (("roberta_deepsea", DEEPSEA), ("swin_cifar", CIFAR))
    for kind, change in (
        ("float32", {}),
        ("bfloat16", {"precision": "bfloat16"}),
        ("bfloat16_compiled", {"precision": "bfloat16", "compiled": True}),
        ("bfloat16_recompute", {"precision": "bfloat16", "recompute": True}),
    )
}


def saved_bytes(step: Any) -> int:
    """Return the bytes that a forward pass keeps for the backward pass, each storage once."""
    import torch

    storages: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        step()
    return sum(storages.values())


def measure(case: Case, device: str) -> dict[str, Any]:
    """Return seconds and memory of a training step."""
    import torch
    from torch import nn

    from orca.models.assemble import assemble
    from orca.models.predictor import Dense, Pooled
    from orca.models.settings import ModelSettings

    settings = ModelSettings(
        sequence_length=case.sequence_length, gradient_checkpointing=case.recompute
    )
    model = assemble(
        case.body, input_shape=case.input_shape,
        output=Dense(1, case.grid) if case.grid else Pooled(case.classes), settings=settings,
        start="random", embedder="pretrained", folder=Path(), generator=torch.Generator().manual_seed(0),
    ).to(device)  # fmt: skip
    inputs = torch.randn(case.batch, *case.input_shape, device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    run = torch.compile(model) if case.compiled else model

    def loss() -> torch.Tensor:
        with torch.autocast(device, torch.bfloat16, enabled=case.precision == "bfloat16"):
            return run(inputs).float().square().mean()

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    for _ in range(WARM_UP[device]):
        step()
    start, used = time.perf_counter(), time.process_time()
    for _ in range(STEPS[device]):
        step()
    if device == "cuda":
        torch.cuda.synchronize()
    wall = (time.perf_counter() - start) / STEPS[device]
    cpu = (time.process_time() - used) / STEPS[device]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {
        "parameters_millions": sum(p.numel() for p in model.parameters()) / 1e6,
        "seconds": wall,
        "processor_seconds": cpu,
        "samples_per_second": case.batch / wall,
        "peak_memory_mb": peak,
        "tokens": model.embed(inputs[:1]).shape[1],
    }
    if device == "cuda":
        found["peak_memory_mb"] = torch.cuda.max_memory_allocated() / 2**20
    elif not case.compiled:
        found["kept_activations_mb"] = saved_bytes(loss) / 2**20
    return found


def main() -> None:
    """Print one case as JSON, or a table of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    options = parser.parse_args()
    cases = CASES if options.device == "cpu" else ON_GPU
    if options.case:
        case = cases[options.case]
        print(json.dumps({**asdict(case), **measure(case, options.device)}))
        return
    for name in cases:
        command = [sys.executable, __file__, "--case", name, "--device", options.device]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        shown = {key: value for key, value in found.items() if isinstance(value, float)}
        print(f"| {name} | " + " | ".join(f"{key} {value:.3g}" for key, value in shown.items()))


if __name__ == "__main__":
    main()
