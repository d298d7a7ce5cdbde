"""How fast one class call of the alignment distance is, beside the plain baseline.

    python benchmarks/alignment.py --threads 1

prints CPU seconds of one run (all threads together, medians) and the ratios within it. Baseline
and ours take turns, so that a busy machine weighs on both.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import torch
from alignment_baseline import baseline_otdd, geomloss_otdd
from alignment_cases import CLASSES, case
from torch import Tensor

from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.otdd import distance_to_source, source_terms

OFFICIAL = OtddSettings(schedule="official")
CONVERGED = OtddSettings(schedule="converged", tolerance=1e-3)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, of all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


class Ours:
    """Our call, with the source's share computed beforehand."""

    def __init__(self, features: Tensor, labels: Tensor, settings: OtddSettings) -> None:
        self.source, self.settings = SourceFeatures.of(features, labels), settings
        self.seconds = cpu_seconds(self.prepare)

    def prepare(self) -> None:
        """Compute the source's terms, and the statistics kept in memory."""
        self.terms = source_terms(self.source, self.settings)

    def step(self, target: Tensor, *, whole: bool) -> Tensor:
        """Return the target's gradient after one call."""
        moved = target.clone().requires_grad_()
        one_class = torch.zeros(len(target), dtype=torch.long, device=target.device)
        value = distance_to_source(
            self.source, moved, one_class, self.terms, self.settings, whole=whole
        )
        value.backward()
        assert moved.grad is not None
        return moved.grad


def baseline_step(
    features: Tensor, labels: Tensor, target: Tensor, tolerance: float | None
) -> None:
    """Compute the baseline's value and gradient."""
    moved = target.clone().requires_grad_()
    baseline_otdd(features, labels, moved, tolerance=tolerance).backward()


def compare(sizes: list[int], *, repeats: int, converged: bool) -> None:
    """Print a row per target size and state of the embedder."""
    first = case(target=4, aligned=False)
    settings = CONVERGED if converged else OFFICIAL
    ours = Ours(first.source, first.labels, settings)
    name = f"converged to {settings.tolerance:g}" if converged else "official schedule"
    print(f"\n{name}; source work once: {ours.seconds:.1f} s\n")
    print("| n | embedder | baseline, s | value and gradient, ms | times | gradient, ms | times |")
    print("|---|---|---|---|---|---|---|")
    for size in sizes:
        for aligned in (False, True):
            target = case(target=size, aligned=aligned).target
            seconds: dict[str, list[float]] = {"baseline": [], "value": [], "gradient": []}
            for _ in range(repeats):
                tolerance = settings.tolerance if converged else None
                seconds["baseline"].append(
                    cpu_seconds(
                        partial(baseline_step, first.source, first.labels, target, tolerance)
                    )
                )
                for whole, kind in ((True, "value"), (False, "gradient")):
                    seconds[kind] += [
                        cpu_seconds(partial(ours.step, target, whole=whole)) for _ in range(7)
                    ]
            base, value, gradient = (statistics.median(times) for times in seconds.values())
            print(
                f"| {size} | {'aligned' if aligned else 'untrained'} | {base:.2f} |"
                f" {value * 1e3:.0f} | {base / value:.0f} |"
                f" {gradient * 1e3:.0f} | {base / gradient:.0f} |",
                flush=True,
            )


def check_baseline() -> None:
    """Print how long geomloss itself takes, and that it finds what the baseline finds."""
    one = case(target=256, aligned=False)
    seconds: dict[str, float] = {}
    gradients: list[Tensor] = []
    for name, call in (
        ("baseline", partial(baseline_otdd, one.source, one.labels, tolerance=None)),
        ("geomloss", partial(geomloss_otdd, one.source, one.labels)),
    ):
        target = one.target.clone().requires_grad_()
        seconds[name] = cpu_seconds(partial(_descend, call, target))
        assert target.grad is not None
        gradients.append(target.grad.flatten())
    cosine = torch.nn.functional.cosine_similarity(gradients[0], gradients[1], dim=0)
    times = ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items())
    print(f"{times}; cosine of their gradients {cosine:.6f}")


def _descend(distance: Callable[[Tensor], Tensor], target: Tensor) -> None:
    distance(target).backward()


def epoch() -> None:
    """Print the CPU seconds of one epoch over 10 classes of 128 points, embedder included."""
    first = case(target=4, aligned=False)
    ours = Ours(first.source, first.labels, CONVERGED)
    convolution, norm = torch.nn.Conv1d(1, 768, 1), torch.nn.LayerNorm(768)
    inputs = torch.randn(CLASSES, 128, 1, 64)
    one_class = torch.zeros(128, dtype=torch.long)

    def run() -> None:
        for batch in inputs:
            features = norm(convolution(batch).transpose(1, 2)).mean(dim=1)
            distance_to_source(
                ours.source, features, one_class, ours.terms, ours.settings, whole=False
            ).backward()

    seconds = statistics.median(cpu_seconds(run) for _ in range(5))
    print(f"one epoch, {CLASSES} classes of 128 points, 64 tokens each: {seconds:.2f} s")


def memory(size: int) -> None:
    """Print by how much one call raises the process's peak memory, in a process of its own.

    Read from Linux's /proc: `getrusage` would count the parent's peak.
    """
    code = (
        "import sys, torch; sys.path.insert(0, 'benchmarks')\n"
        "import alignment as b\n"
        "source = b.SourceFeatures.of(torch.randn(5000, 768) * 0.2, torch.arange(5000) % 10)\n"
        "ours = b.Ours(source.features[:200], source.labels[:200], b.CONVERGED)\n"
        "ours.source = source\n"
        "terms = {'label_distances': (10, 10), 'class_terms': (10,), 'self_term': ()}\n"
        "ours.terms = {name: torch.zeros(shape) for name, shape in terms.items()}\n"
        f"target = torch.randn({size}, 768) * 0.2\n"
        "def status(key):\n"
        "    lines = open('/proc/self/status').read().splitlines()\n"
        "    return next(int(x.split()[1]) for x in lines if x.startswith(key)) / 1024\n"
        "before = status('VmRSS')\n"
        "ours.step(target, whole=True)\n"
        "print(status('VmHWM') - before, status('VmHWM'))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    more, peak = map(float, found.stdout.split())
    print(f"memory of a call, n = {size}: {more:.0f} MiB more, {peak:.0f} MiB the whole process")


def gpu(sizes: list[int]) -> None:
    """Print milliseconds per call on the GPU, beside the baseline there."""
    for size in sizes:
        one = case(target=size, aligned=False)
        features, labels, target = one.source.cuda(), one.labels.cuda(), one.target.cuda()
        ours = Ours(features, labels, OFFICIAL)
        torch.set_default_device("cuda")
        calls: dict[str, Callable[[], object]] = {
            "baseline": partial(baseline_step, features, labels, target, None),
            "ours": partial(ours.step, target, whole=True),
        }
        times = {}
        for name, call in calls.items():
            call()
            torch.cuda.synchronize()
            start = time.perf_counter()
            for _ in range(3):
                call()
            torch.cuda.synchronize()
            times[name] = (time.perf_counter() - start) / 3 * 1e3
        torch.set_default_device("cpu")
        print(f"GPU, n = {size}: baseline {times['baseline']:.1f} ms, ours {times['ours']:.1f} ms")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 1024])
    parser.add_argument("--converged", action="store_true", help="compare at convergence, too")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    print(f"torch {torch.__version__}, {asked.threads} threads, CPU seconds, medians")
    check_baseline()
    compare(asked.sizes, repeats=asked.repeats, converged=False)
    if asked.converged:
        compare(asked.sizes, repeats=1, converged=True)
    epoch()
    for size in asked.sizes[-2:]:
        memory(size)
    if torch.cuda.is_available():
        gpu(asked.sizes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of the whole benchmark, baseline included: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
