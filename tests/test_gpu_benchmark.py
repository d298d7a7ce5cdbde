"""The benchmark of a GPU runs to its end without one, on toys: so it works the first time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MINUTES = "30"  # a busy machine takes longer than a GPU's eight
SCRIPT = Path(__file__).parents[1] / "benchmarks/gpu.py"


@pytest.mark.slow
def test_the_benchmark_of_a_gpu_measures_all_that_it_names(tmp_path):
    out = tmp_path / "gpu.json"
    command = [sys.executable, SCRIPT, "--device", "cpu", "--toy", "--minutes", MINUTES]
    command += ["--out", out]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(out.read_text())
    assert told["left_out"] == []
    loops = {row["loop"] for row in told["rows"]}
    assert {"(b) official-like", "product, bfloat16", "product, tf32, 2 runs at once"} <= loops
    shapes = {row["shape"] for row in told["rows"]}
    assert len(shapes) == 5
    assert all(row["samples_per_second"] > 0 for row in told["rows"])
    assert all(f"| {shape} |" in found.stdout for shape in shapes)
    resumed = [value for what, value in told["facts"].items() if "stopped run" in what]
    assert resumed == [True] * 4
    hows = ("default", "reduce-overhead")
    for loop in ("product", "(a) plain, tuned"):
        assert {f"{loop}, tf32, {how}" for how in hows} <= loops
    for row in told["rows"]:
        columns = [value for name, value in row.items() if name != "busy"]
        assert all(columns), row
        assert row["busy"] or "runs at once" in row["loop"]
    table = [line.split("|")[1:-1] for line in found.stdout.splitlines() if line.startswith("| ")]
    assert all(len(line) == 7 and all(cell.strip() for cell in line) for line in table)
