"""The benchmark of a GPU runs to its end without one, on toys: so it works the first time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks/gpu.py"


@pytest.mark.slow
def test_the_benchmark_of_a_gpu_measures_all_that_it_names(tmp_path):
    out = tmp_path / "gpu.json"
    command = [sys.executable, SCRIPT, "--device", "cpu", "--toy", "--out", out]
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
    assert resumed == [True, True]
