"""Everything that a GPU has to show, in one command of at most eight minutes, nothing to fetch.

    python benchmarks/gpu.py --out gpu.json

For each shape: the product's own loop on a prepared synthetic file, in float32, TF32 and bfloat16,
compiled or not, beside (a) a tuned plain PyTorch loop on data in GPU memory and (b) a loop as the
official code has it; several runs that share the GPU; an alignment call; whether a run that was
stopped ends as one that was not; the tests that need CUDA. What the time is not enough for is left
out, the least telling first, and said so. Prints one Markdown table, writes it as JSON too.
`--device cpu --toy` runs all of it on toy bodies, for a test.
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
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from alignment import CONVERGED, Ours
from alignment_cases import case
from gpu_loops import SHAPES, Loop, Way, official, plain, product, resumes_equal
from torch.profiler import ProfilerActivity, profile

from orca.provenance import environment
from orca.training.settings import Compile, Precision

PRECISIONS: tuple[Precision, ...] = ("tf32", "float32", "bfloat16")
HOWS: tuple[Compile, ...] = ("reduce-overhead", "default")
COMPILED = tuple(Way(precision, how) for how in HOWS for precision in ("tf32", "bfloat16"))
EAGER_SECONDS = 10.0
COMPILE_SECONDS = {"roberta": 45.0, "swin": 90.0, "minilm": 25.0}
CALL_SIZES = (128, 256)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        shape: name in `SHAPES`.
        loop: which loop, in which way.
        samples_per_second: of all runs together.
        milliseconds: of a step.
        busy: share of the time that the GPU computes; None on a CPU.
        memory_mb: the most that was held on the GPU.
    """

    shape: str
    loop: str
    samples_per_second: float
    milliseconds: float
    busy: float | None
    memory_mb: float


class Bench:
    """Runs measurements while there is time, and keeps their rows.

    Args:
        device: that is measured.
        toy: whether bodies are toys.
        seconds: until no measurement is begun any more.
        folder: of the synthetic files.
    """

    def __init__(self, device: torch.device, *, toy: bool, seconds: float, folder: Path) -> None:
        self.device, self.toy, self.folder = device, toy, folder
        self.end = time.monotonic() + seconds
        self.rows: list[Row] = []
        self.facts: dict[str, Any] = {}
        self.left_out: list[str] = []

    def time_for(self, what: str, seconds: float) -> bool:
        """Return whether there is time for something, and note it if there is not."""
        enough = time.monotonic() + seconds < self.end
        if not enough:
            self.left_out.append(what)
        return enough

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

    def loop(self, shape: str, name: str, make: Callable[[], Loop], seconds: float) -> None:
        """Measure a loop: one round to warm up, one by the clock, and some steps in the profiler."""
        if not self.time_for(f"{shape}, {name}", seconds):
            return
        try:
            loop = make()
            if self.device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(self.device)
            loop.epoch(0)
            per_step = self.timed(lambda: loop.epoch(1)) / loop.steps
            memory, busy = 0.0, None
            if self.device.type == "cuda":
                memory = torch.cuda.max_memory_allocated(self.device) / 2**20
                busy = self.kernel_seconds(lambda: loop.epoch(2)) / loop.steps / per_step
            row = Row(shape, name, loop.batch / per_step, per_step * 1e3, busy, memory)
            self.rows.append(row)
            print(line(row), flush=True)
        except Exception as fault:  # noqa: BLE001 - one measurement that fails leaves the others
            self.left_out.append(f"{shape}, {name}: {type(fault).__name__}: {str(fault)[:300]}")
            print(self.left_out[-1], flush=True)
        finally:
            loop = None  # so that its memory is free
            torch._dynamo.reset()
            gc.collect()
            if self.device.type == "cuda":
                torch.cuda.empty_cache()

    def kernel_seconds(self, work: Callable[[], object]) -> float:
        """Return how long the GPU computed during some work."""
        with profile(activities=[ProfilerActivity.CUDA]) as seen:
            work()
            self.wait()
        return sum(event.self_device_time_total for event in seen.key_averages()) / 1e6

    def shared(self, shape: str, way: Way, runs: int) -> None:
        """Measure several runs that share the GPU, each in a process of its own."""
        name = f"product, {way}, {runs} runs"
        if not self.time_for(f"{shape}, {name}", 40 + 8 * runs):
            return
        start = time.time() + (5 if self.toy else 25)  # all train by then
        command = [
            sys.executable, __file__, "--one", f"{shape}/{way.precision}/{way.compile}",
            "--device", str(self.device), "--until", str(start), str(start + (1 if self.toy else 8)),
            "--folder", str(self.folder), *(["--toy"] if self.toy else []),
        ]  # fmt: skip
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(runs)
        ]
        found = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
        rate = sum(each["samples_per_second"] for each in found)
        step = statistics.mean(each["milliseconds"] for each in found)
        memory = sum(each["memory_mb"] for each in found)
        self.rows.append(Row(shape, name, rate, step, None, memory))
        print(line(self.rows[-1]), flush=True)

    def alignment(self) -> None:
        """Note the milliseconds of an alignment call, at convergence."""
        for size in CALL_SIZES[:1] if self.toy else CALL_SIZES:
            if not self.time_for(f"alignment, {size} points", 30):
                return
            one = case(target=size, aligned=False)
            source, labels, target = (
                t.to(self.device) for t in (one.source, one.labels, one.target)
            )
            if self.toy:
                source, labels = source[::10], labels[::10]
            ours = Ours(source, labels, CONVERGED)
            for whole, what in ((True, "value and gradient"), (False, "gradient")):
                calls = [self.timed(partial(ours.step, target, whole=whole)) for _ in range(4)]
                self.facts[f"alignment call, {size} points, {what}, ms"] = round(
                    statistics.median(calls[1:]) * 1e3, 1
                )

    def resumed(self) -> None:
        """Note whether runs that were stopped end bit for bit as runs that were not."""
        ways = [Way("tf32", "off"), Way("bfloat16", "off")]
        if self.device.type == "cuda":
            ways += [Way("tf32", "default"), Way("tf32", "reduce-overhead")]
        for way in ways:
            if self.time_for(f"resuming, {way}", 60 if way.compile != "off" else 10):
                equal = resumes_equal(way, self.device, self.folder)
                self.facts[f"a stopped run ends bit for bit as a whole one, {way}"] = equal

    def tests(self) -> None:
        """Note how the tests that need CUDA end."""
        if self.device.type != "cuda" or not self.time_for("the tests that need CUDA", 60):
            return
        command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests"]
        root = Path(__file__).parents[1]
        found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        self.facts["pytest -m gpu"] = (found.stdout + found.stderr).strip().splitlines()[-1:]


def plan(bench: Bench) -> Iterator[tuple[str, str, Callable[[], Loop], float]]:
    """Yield what is measured: shape, name, loop and about its seconds; the most telling first."""
    place: dict[str, Any] = {"device": bench.device, "toy": bench.toy}

    def both(name: str, way: Way, seconds: float) -> Iterator[tuple[str, str, Any, float]]:
        own = partial(product, SHAPES[name], way, folder=bench.folder, **place)
        yield name, f"product, {way}", own, seconds
        yield name, f"(a) plain, tuned, {way}", partial(plain, SHAPES[name], way, **place), seconds

    for name, shape in SHAPES.items():
        yield name, "(b) official-like", partial(official, shape, **place), EAGER_SECONDS
        for precision in PRECISIONS:
            yield from both(name, Way(precision, "off"), EAGER_SECONDS)
    compiled = COMPILED if bench.device.type == "cuda" else ()
    for way in compiled:
        for name in SHAPES:
            yield from both(name, way, COMPILE_SECONDS[name.split(",")[0]])


HEAD = "| shape | loop | samples a second | ms a step | GPU computes | memory, MB |\n|---|---|---|---|---|---|"


def line(row: Row) -> str:
    """Return a row of the table."""
    busy = "" if row.busy is None else f"{row.busy:.0%}"
    return (
        f"| {row.shape} | {row.loop} | {row.samples_per_second:.1f} | {row.milliseconds:.2f} |"
        f" {busy} | {row.memory_mb:.0f} |"
    )


def one_run(asked: argparse.Namespace) -> None:
    """Train one shape until a given moment, and print what was done between two moments."""
    name, precision, how = asked.one.split("/")
    device = torch.device(asked.device)
    loop = product(
        SHAPES[name], Way(precision, how), device=device, toy=asked.toy, folder=asked.folder
    )
    start, end = asked.until
    epoch, steps, begun = 0, 0, 0.0
    while time.time() < end or not steps:
        counts = time.time() >= start
        begun = begun or (time.time() if counts else 0.0)
        loop.epoch(epoch)
        epoch, steps = epoch + 1, steps + (loop.steps if counts else 0)
    seconds = time.time() - begun
    memory = torch.cuda.max_memory_allocated(device) / 2**20 if device.type == "cuda" else 0.0
    told = {"samples_per_second": steps * loop.batch / seconds, "memory_mb": memory}
    print(json.dumps({**told, "milliseconds": seconds / steps * 1e3}))


def measure(asked: argparse.Namespace, folder: Path) -> Bench:
    """Measure all that there is time for."""
    bench = Bench(
        torch.device(asked.device), toy=asked.toy, seconds=60 * asked.minutes - 15, folder=folder
    )
    print(HEAD)
    works = list(plan(bench))
    eager = [work for work in works if work[3] == EAGER_SECONDS]
    for work in eager:
        bench.loop(*work)
    bench.resumed()
    bench.alignment()
    first = next(iter(SHAPES))
    for runs in (1, 2) if asked.toy else (1, 4, 2, 3, 5):
        bench.shared(first, Way("tf32", "off"), runs)
    bench.tests()
    for work in works[len(eager) :]:
        bench.loop(*work)
    return bench


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--out", type=Path, help="the JSON file to write")
    parser.add_argument("--toy", action="store_true", help="toy bodies, for a test")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one_run(asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = measure(asked, Path(folder))
    card = torch.cuda.get_device_name() if bench.device.type == "cuda" else "cpu"
    made = environment()
    print(f"\n{card}, torch {torch.__version__}, commit {made['commit']}\n")
    print(HEAD, *map(line, bench.rows), sep="\n")
    for what, value in bench.facts.items():
        print(f"- {what}: {value}")
    for what in bench.left_out:
        print(f"- left out: {what}")
    if asked.out:
        told = {"card": card, "torch": torch.__version__, "commit": made["commit"]}
        rows = [asdict(row) for row in bench.rows]
        told |= {"rows": rows, "facts": bench.facts, "left_out": bench.left_out}
        asked.out.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
