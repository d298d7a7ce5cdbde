"""Everything that a GPU has to show, in one command of at most eight minutes, nothing to fetch.

    python benchmarks/gpu.py --out gpu.json

For each shape: the product's own loop on a prepared synthetic file, in float32, TF32 and bfloat16,
compiled or not, beside (a) a tuned plain PyTorch loop on data in GPU memory and (b) a loop as the
official code has it; several runs that share the GPU; an alignment call; whether a run that was
stopped ends as one that was not; the tests that need CUDA. What the time is not enough for is left
out, the least telling first, and said so. Prints one Markdown table, writes it as JSON too.
`--device cpu --toy` runs all of it on toy bodies, for a test; compiling then ends before C++ is written.
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from alignment import SCHEDULES, Ours, case, gradient
from gpu_loops import SHAPES, Loop, Way, official, plain, product, resumes_equal, shapes_of
from gpu_table import HEAD, Row, tell
from torch import nn
from torch.profiler import ProfilerActivity, profile

from orca.logs import peak_memory_mb
from orca.training.settings import Compiled, Precision

FURTHER: tuple[Precision, ...] = ("bfloat16", "float32")
HOWS: tuple[Compiled, ...] = ("reduce-overhead", "default")
COMPILED = tuple(Way(precision, how) for how in HOWS for precision in ("tf32", "bfloat16"))
RESUMED = (
    Way("tf32", "off"), Way("bfloat16", "off"), Way("tf32", "reduce-overhead"), Way("tf32", "default"),
)  # fmt: skip
EAGER_SECONDS, PROFILED = 10.0, 20
TOY_COMPILED = ("minilm, 16 x 32 tokens",)
COMPILE_SECONDS = {"roberta": 45.0, "swin": 90.0, "minilm": 25.0}
CALL_SIZES = (128, 256)


class Bench:
    """Runs measurements while there is time, on synthetic files in a folder, and keeps their rows."""

    def __init__(self, device: torch.device, *, toy: bool, seconds: float, folder: Path) -> None:
        self.device, self.toy, self.folder = device, toy, folder
        self.end = time.monotonic() + seconds
        self.rows: list[Row] = []
        self.facts: dict[str, Any] = {}
        self.left_out: list[str] = []

    def wait(self) -> None:
        """Wait for the device."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def timed(self, work: Callable[[], object]) -> float:
        """Return the seconds of some work, the device's with it."""
        self.wait()
        start = time.perf_counter()
        work()
        self.wait()
        return time.perf_counter() - start

    def attempt(self, what: str, seconds: float, work: Callable[[], object]) -> None:
        """Do some work if there is time; note it if there is not, or if it fails."""
        if time.monotonic() + seconds >= self.end:
            self.left_out.append(what)
            return
        try:
            work()
        except Exception as fault:  # noqa: BLE001 - one measurement that fails leaves the others
            self.left_out.append(f"{what}: {type(fault).__name__}: {str(fault)[:300]}")
            print(self.left_out[-1], flush=True)
        finally:
            torch.compiler.reset()
            gc.collect()
            if self.device.type == "cuda":
                torch.cuda.empty_cache()

    def loop(self, shape: str, name: str, make: Callable[[], Loop], seconds: float) -> None:
        """Measure a loop: a round to warm up, one by the clock, and some steps in the profiler."""

        def work() -> None:
            begun = time.perf_counter()
            loop = make()
            loop.epoch(0, 0)
            self.wait()
            start = time.perf_counter() - begun
            if self.device.type == "cuda":  # what compiling took is none of the loop's
                torch.cuda.reset_peak_memory_stats(self.device)
            per_step = self.timed(lambda: loop.epoch(1, 0)) / loop.steps
            memory, first = memory_mb(self.device), max(0, loop.steps - PROFILED)
            seen = self.kernel_seconds(lambda: loop.epoch(2, first)) / (loop.steps - first)
            rate, busy = loop.batch / per_step, seen / per_step
            row = Row(shape, name, rate, per_step * 1e3, busy, memory, start)
            self.rows.append(row)
            print(row, flush=True)

        self.attempt(f"{shape}, {name}", seconds, work)

    def kernel_seconds(self, work: Callable[[], object]) -> float:
        """Return how long the device computed during some work."""
        on_cuda = self.device.type == "cuda"
        kind = ProfilerActivity.CUDA if on_cuda else ProfilerActivity.CPU
        with profile(activities=[kind]) as seen:
            work()
            self.wait()
        what = "self_device_time_total" if on_cuda else "self_cpu_time_total"
        return sum(getattr(event, what) for event in seen.key_averages()) / 1e6

    def shared(self, shape: str, way: Way, runs: int) -> None:
        """Measure several runs that share the device, each in a process of its own."""
        start = time.time() + (5 if self.toy else 20)  # all train by then
        command = [
            sys.executable, __file__, "--one", f"{shape}/{way.precision}/{way.compile}",
            "--device", str(self.device), "--until", str(start), str(start + (1 if self.toy else 6)),
            "--folder", str(self.folder), *(["--toy"] if self.toy else []),
        ]  # fmt: skip
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(runs)
        ]
        try:
            found = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
        finally:
            for process in processes:
                process.kill()  # one that hangs or has failed takes the others with it
        rate = sum(each["samples_per_second"] for each in found)
        step = statistics.mean(each["milliseconds"] for each in found)
        memory = sum(each["memory_mb"] for each in found)
        name = f"product, {way}, {runs} runs at once"
        begun = statistics.mean(each["start_seconds"] for each in found)
        self.rows.append(Row(shape, name, rate, step, None, memory, begun))
        print(self.rows[-1], flush=True)

    def alignment(self, size: int) -> None:
        """Note the milliseconds of an alignment call, at convergence."""
        source, labels, target = (t.to(self.device) for t in case(size, aligned=False))
        if self.toy:
            source, labels = source[::10], labels[::10]
        ours = Ours(source, labels, SCHEDULES["converged"])
        for whole, what in ((True, "value and gradient"), (False, "gradient")):
            call = partial(gradient, partial(ours, whole=whole), target)
            calls = [self.timed(call) for _ in range(4)]
            self.facts[f"alignment call, {size} points, {what}, ms"] = round(
                statistics.median(calls[1:]) * 1e3, 1
            )

    def resumed(self, way: Way) -> None:
        """Note whether a run that was stopped ends bit for bit as one that was not."""
        equal = resumes_equal(way, self.device, self.folder)
        self.facts[f"a stopped run ends bit for bit as a whole one, {way}"] = equal

    def tests(self) -> None:
        """Note how the tests that need CUDA end."""
        command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests"]
        root = Path(__file__).parents[1]
        found = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=False, timeout=90
        )
        self.facts["pytest -m gpu"] = (found.stdout + found.stderr).strip().splitlines()[-1:]

    def rest(self, shape: str) -> None:
        """Measure what is no loop by itself."""
        on_cuda = self.device.type == "cuda"
        for way in RESUMED:
            seconds = 10 if way.compile == "off" else 50
            self.attempt(f"resuming, {way}", seconds, partial(self.resumed, way))
        for size in CALL_SIZES[:1] if self.toy else CALL_SIZES:
            self.attempt(f"alignment, {size} points", 20, partial(self.alignment, size))
        for runs in (1, 2) if self.toy else (4, 1, 2, 3, 5):
            work = partial(self.shared, shape, Way("tf32", "off"), runs)
            self.attempt(f"{shape}, {runs} runs at once", 35, work)
        if on_cuda:
            self.attempt("the tests that need CUDA", 60, self.tests)


def only_trace() -> None:
    """Let compiling end before C++ is written, which on a CPU takes minutes for each toy."""
    whole = nn.Module.compile

    def traced(part: nn.Module, *, mode: str, **how: Any) -> None:
        del mode
        whole(part, backend="aot_eager", **how)

    nn.Module.compile = traced  # type: ignore[method-assign, assignment]


def plan(bench: Bench) -> Iterator[tuple[str, str, Callable[[], Loop], float]]:
    """Yield what is measured: shape, name, loop and about its seconds; the most telling first."""
    device, shapes = bench.device, shapes_of(toy=bench.toy)

    def both(name: str, way: Way, seconds: float) -> Iterator[tuple[str, str, Any, float]]:
        shape = shapes[name]
        own = partial(product, shape, way, folder=bench.folder, device=device)
        yield name, f"product, {way}", own, seconds
        yield name, f"(a) plain, tuned, {way}", partial(plain, shape, way, device=device), seconds

    for name, shape in shapes.items():
        yield name, "(b) official-like", partial(official, shape, device=device), EAGER_SECONDS
        yield from both(name, Way("tf32", "off"), EAGER_SECONDS)
    for way in (
        *(COMPILED[::2] if bench.toy else COMPILED),
        *(Way(each, "off") for each in FURTHER),
    ):
        for name in TOY_COMPILED if bench.toy and way.compile != "off" else SHAPES:
            costly = COMPILE_SECONDS[name.split(",")[0]]
            yield from both(name, way, EAGER_SECONDS if way.compile == "off" else costly)


def one_run(asked: argparse.Namespace) -> None:
    """Train one shape until a given moment, and print what was done between two moments."""
    name, precision, how = asked.one.split("/")
    device, called = torch.device(asked.device), time.time()
    shape = shapes_of(toy=asked.toy)[name]
    loop = product(shape, Way(precision, how), device=device, folder=asked.folder)
    start, end = asked.until
    epoch, steps, begun, warm = 0, 0, 0.0, 0.0
    while time.time() < end or not steps:
        counts = time.time() >= start
        begun = begun or (time.time() if counts else 0.0)
        loop.epoch(epoch, 0)
        epoch, steps = epoch + 1, steps + (loop.steps if counts else 0)
        warm = time.time() - called if epoch == 1 else warm
    seconds = time.time() - begun
    told = {"samples_per_second": steps * loop.batch / seconds, "memory_mb": memory_mb(device)}
    told |= {"milliseconds": seconds / steps * 1e3, "start_seconds": warm}
    print(json.dumps(told))


def memory_mb(device: torch.device) -> float:
    """Return the most memory that was held on a GPU, or by the process, in MB."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return peak_memory_mb()


def measure(bench: Bench) -> None:
    """Measure all that there is time for."""
    print(HEAD)
    works, first = list(plan(bench)), next(iter(SHAPES))
    begin = 3 * len(SHAPES) + 4  # all in TF32, and two shapes compiled
    for work in works[:begin]:
        bench.loop(*work)
    bench.rest(first)
    for work in works[begin:]:
        bench.loop(*work)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--out", type=Path, help="the JSON file to write")
    parser.add_argument(
        "--toy", action="store_true", help="toy bodies, traced and no more, for a test"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one_run(asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            torch.device(asked.device), toy=asked.toy, seconds=60 * asked.minutes - 15,
            folder=Path(folder),
        )  # fmt: skip
        if asked.toy:
            only_trace()
        try:
            measure(bench)
        finally:  # what was measured until an interruption is told too
            card = torch.cuda.get_device_name() if bench.device.type == "cuda" else "cpu"
            tell(card, bench.rows, bench.facts, bench.left_out, out=asked.out)


if __name__ == "__main__":
    main()
