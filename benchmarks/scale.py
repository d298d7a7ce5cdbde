"""How long the full grid takes to plan, beside a bare DAG of as many jobs.

    python benchmarks/scale.py [--everything]

Times `snakemake -n` on the workflow in an empty folder: all tables and figures as configured, and
with `--everything` every declared task x method x seed. The bare DAG has the same chain of steps
with empty rules and no input functions, once with one file into and out of each job and once with about as many
of them as in the workflow: five and a half into a job, two out of it. Memory is the process's largest resident set.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BARE = """
CELLS = range({cells})
rule all:
    input: expand("scores/{{cell}}.json", cell=CELLS)
rule prepare:
    output: "prepared/{{cell}}"
    shell: "touch {{output}}"
rule align:
    input: "prepared/{{cell}}"
    output: "aligned/{{cell}}"
    shell: "touch {{output}}"
rule finetune:
    input: "aligned/{{cell}}"
    output: "finetuned/{{cell}}"
    shell: "touch {{output}}"
rule evaluate:
    input: "finetuned/{{cell}}"
    output: "scores/{{cell}}.json"
    shell: "touch {{output}}"
"""
AS_MANY_FILES = """
CELLS = [f"{{cell % 100}}/{{cell}}" for cell in range({cells})]
rule all:
    input: expand("scores/{{cell}}.json", cell=CELLS)
rule prepare:
    output: multiext("prepared/{{task}}", ".1", ".2", ".3", ".4")
    log: "prepared/{{task}}.log"
    benchmark: "prepared/{{task}}.tsv"
    shell: "touch {{output}}"
rule align:
    input: multiext("prepared/{{task}}", ".1", ".2", ".3", ".4")
    output: multiext("aligned/{{task}}/{{cell}}", ".1", ".2", ".3")
    log: "aligned/{{task}}/{{cell}}.log"
    benchmark: "aligned/{{task}}/{{cell}}.tsv"
    shell: "touch {{output}}"
rule finetune:
    input: multiext("prepared/{{task}}", ".1", ".2", ".3"), multiext("aligned/{{task}}/{{cell}}", ".1", ".2")
    output: multiext("finetuned/{{task}}/{{cell}}", ".1", ".2", ".3")
    log: "finetuned/{{task}}/{{cell}}.log"
    benchmark: "finetuned/{{task}}/{{cell}}.tsv"
    shell: "touch {{output}}"
rule evaluate:
    input: multiext("prepared/{{task}}", ".1", ".2", ".3", ".4"), multiext("finetuned/{{task}}/{{cell}}", ".1", ".2")
    output: "scores/{{task}}/{{cell}}.json"
    log: "scores/{{task}}/{{cell}}.log"
    benchmark: "scores/{{task}}/{{cell}}.tsv"
    shell: "touch {{output}}"
"""
OWN = """
from orca.data.task import TASKS
from orca.methods.method import METHODS
include: "{root}/Snakefile"
rule everything:
    input:
        [
            f"results/scores/{{task}}/{{RUNS.configuration.bodies[TASKS[task].kind]}}/{{method}}/seed{{seed}}.json"
            for task in TASKS
            if not TASKS[task].variant_of
            for method in METHODS
            for seed in range(5)
        ],
"""


def measure(arguments: list[str], *, folder: Path) -> tuple[int, float, float, float]:
    """Return jobs, wall seconds, CPU seconds and peak MB of a dry run."""
    start = time.monotonic()
    snakemake = str(Path(sys.executable).parent / "snakemake")
    process = subprocess.Popen(
        [snakemake, *arguments, "--quiet", "rules", "-n", "--cores", "1", "--directory", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, env=os.environ,
    )  # fmt: skip
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(text[-3000:])
    jobs = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("total"))
    return jobs, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print one line per DAG."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--everything", action="store_true", help="every task, method and seed")
    everything = parser.parse_args().everything
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(ROOT / "config", folder / "config")
        (folder / "everything.smk").write_text(OWN.format(root=ROOT))
        ours = ["--snakefile", str(folder / "everything.smk"), "everything"]
        ours = ours if everything else ["--snakefile", str(ROOT / "Snakefile"), "all"]
        jobs, *numbers = measure(ours, folder=folder)
        report("the workflow", jobs, *numbers)
        for name, text, cells in (
            ("a bare DAG", BARE, jobs // 4),
            ("bare, with as many files", AS_MANY_FILES, (jobs - 101) // 3),
        ):
            (folder / "bare.smk").write_text(text.format(cells=cells))
            bare, *numbers = measure(
                ["--snakefile", str(folder / "bare.smk"), "all"], folder=folder
            )
            report(name, bare, *numbers)


def report(name: str, jobs: int, wall: float, cpu: float, memory_mb: float) -> None:
    """Print the numbers of a DAG."""
    print(f"{name}: {jobs} jobs, {wall:.1f} s, {cpu:.1f} s of CPU, {memory_mb:.0f} MB")


if __name__ == "__main__":
    main()
