"""How fast one class call of the alignment distance is, beside the official code's call of geomloss.

    python benchmarks/alignment.py --threads 1

prints CPU seconds of one run (all threads together, medians) and the ratios within it. geomloss
and ours take turns, so that a busy machine weighs on both. geomloss computes all label distances and
self-terms anew at every call, as the official code has it; ours has the source's share beforehand.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.otdd import distance_to_source, source_terms

SCHEDULES = {
    "official": OtddSettings(schedule="official"),
    "converged": OtddSettings(schedule="converged", tolerance=1e-3),
}
SOURCE, WIDTH, CLASSES = 5000, 768, 10


class Case(NamedTuple):
    """Source and target features, and the source's labels."""

    source: Tensor
    labels: Tensor
    target: Tensor


def case(target: int, *, aligned: bool) -> Case:
    """Return features of a source and of one target class, made up with the look of real ones.

    Sentence features, mean-pooled over tokens as the text source's are: a slowly falling spectrum,
    standard deviation near 0.2 a feature, classes that overlap. The bounding box and hence the nine
    temperatures of the official schedule are as measured there.

    Args:
        target: samples of the target class.
        aligned: the target lies within the source's spread, as after stage two; else it lies
            apart and is shaped differently, as an untrained embedder leaves it.
    """
    generator = torch.Generator().manual_seed(0)
    normal = partial(torch.randn, generator=generator)
    spectrum = torch.arange(1, WIDTH + 1).float() ** -0.5
    spectrum = 0.18 * spectrum / spectrum.square().mean().sqrt()
    turn = torch.linalg.qr(normal(WIDTH, WIDTH))[0]
    means = normal(CLASSES, WIDTH) * spectrum * 0.6
    labels = torch.arange(SOURCE) % CLASSES
    features = (means[labels] + normal(SOURCE, WIDTH) * spectrum) @ turn
    if aligned:
        points = (means[3] + normal(target, WIDTH) * spectrum * 0.7) @ turn
    else:
        points = 0.5 * normal(1, WIDTH) + 0.2 * normal(target, WIDTH)
    return Case(features, labels, points)


def squared(x: Tensor, y: Tensor) -> Tensor:
    """Return all squared distances."""
    return x.square().sum(dim=1)[:, None] - 2 * x @ y.T + y.square().sum(dim=1)[None, :]


def geomloss_otdd(source: Tensor, labels: Tensor, target: Tensor) -> Tensor:
    """Return the distance of a target of one class as the official code computes it."""
    from geomloss import SamplesLoss

    sinkhorn = partial(SamplesLoss, "sinkhorn", p=2, blur=0.1**0.5, backend="tensorized")
    inner = sinkhorn(
        cost=lambda x, y: torch.stack([squared(*pair) for pair in zip(x, y, strict=True)])
    )
    w = torch.zeros(CLASSES + 1, CLASSES + 1)
    classes = [source[labels == k] for k in range(CLASSES)] + [target.detach()]
    for k in range(CLASSES + 1):
        for other in range(k + 1, CLASSES + 1):
            w[k, other] = w[other, k] = inner(classes[k], classes[other])

    def cost(x: Tensor, y: Tensor) -> Tensor:
        features = squared(x[0, :, :-1], y[0, :, :-1])
        return (features + w[x[0, :, -1].long()][:, y[0, :, -1].long()])[None] / 2

    with_labels = torch.cat([source, labels[:, None].to(source)], dim=1)
    target_label = torch.full((len(target), 1), float(CLASSES))
    return sinkhorn(cost=cost)(with_labels, torch.cat([target, target_label], dim=1))


class Ours:
    """Our call, with the source's share computed beforehand."""

    def __init__(self, features: Tensor, labels: Tensor, settings: OtddSettings) -> None:
        self.source, self.settings = SourceFeatures.of(features, labels), settings
        self.terms = source_terms(self.source, settings)

    def __call__(self, target: Tensor, *, whole: bool) -> Tensor:
        """Return the distance of a target of one class; if not `whole`, its gradient alone counts."""
        one_class = torch.zeros(len(target), dtype=torch.long, device=target.device)
        return distance_to_source(
            self.source, target, one_class, self.terms, self.settings, whole=whole
        )


def gradient(distance: Callable[[Tensor], Tensor], target: Tensor) -> Tensor:
    """Return the gradient of a distance in the target's features."""
    (found,) = torch.autograd.grad(distance(moved := target.clone().requires_grad_()), moved)
    return found


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, of all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(sizes: list[int], *, repeats: int) -> None:
    """Print a row per target size, state of the embedder and schedule."""
    first = case(1, aligned=False)
    ours = {name: Ours(first.source, first.labels, how) for name, how in SCHEDULES.items()}
    print("| n | embedder | schedule | geomloss, s | value and gradient, ms | times", end="")
    print(" | gradient, ms | times |\n|---|---|---|---|---|---|---|---|")
    for size in sizes:
        for aligned in (False, True):
            one = case(size, aligned=aligned)
            calls: dict[str, Callable[[Tensor], Tensor]] = {
                "geomloss": partial(geomloss_otdd, one.source, one.labels)
            }
            for name, own in ours.items():
                calls |= {f"{name}, {whole}": partial(own, whole=whole) for whole in (True, False)}
            seconds: dict[str, list[float]] = {name: [] for name in calls}
            for _ in range(repeats):
                for name, call in calls.items():
                    work = partial(gradient, call, one.target)
                    times = 1 if name == "geomloss" else 7
                    seconds[name] += [cpu_seconds(work) for _ in range(times)]
            base, *found = map(statistics.median, seconds.values())
            state = "aligned" if aligned else "untrained"
            for name, value, alone in zip(ours, found[::2], found[1::2], strict=True):
                print(
                    f"| {size} | {state} | {name} | {base:.2f} | {value * 1e3:.0f} |"
                    f" {base / value:.0f} | {alone * 1e3:.0f} | {base / alone:.0f} |",
                    flush=True,
                )


def memory(size: int) -> None:
    """Print by how much one call raises this process's peak memory.

    The source's terms are zeros, since computing them takes more than the call. Read from Linux's
    /proc: `getrusage` would count the parent's peak.
    """

    def kept_mib(key: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024

    labels = torch.arange(SOURCE) % CLASSES
    ours = Ours(torch.randn(200, WIDTH) * 0.2, labels[:200], SCHEDULES["converged"])
    ours.source = SourceFeatures.of(torch.randn(SOURCE, WIDTH) * 0.2, labels)
    ours.terms = {name: torch.zeros_like(term) for name, term in ours.terms.items()}
    target, before = torch.randn(size, WIDTH) * 0.2, kept_mib("VmRSS")
    gradient(partial(ours, whole=True), target)
    peak = kept_mib("VmHWM")
    print(f"a call with n = {size}: {peak - before:.0f} MiB more, {peak:.0f} MiB the whole process")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 1024])
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)  # in a process of its own
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.memory:
        memory(asked.memory)
        return
    print(f"torch {torch.__version__}, {asked.threads} threads, CPU seconds, medians\n")
    compare(asked.sizes, repeats=asked.repeats)
    for size in asked.sizes[-2:]:
        subprocess.run([sys.executable, __file__, "--memory", str(size)], check=True)


if __name__ == "__main__":
    main()
