"""How long the full grid takes to plan, beside a bare DAG of as many jobs.

    python benchmarks/scale.py

Times `snakemake -n` on the workflow in an empty folder: all tables and figures as configured. The
bare DAG has the same chain of steps with empty rules and no input functions, once with one file into
and out of each job and once with about as many of them as in the workflow: five and a half into a job,
two out of it. Memory is the process's largest resident set.
"""

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


def report(name: str, snakefile: Path, *, folder: Path) -> int:
    """Print jobs, wall seconds, CPU seconds and peak MB of a dry run of `all`; return the jobs."""
    start = time.monotonic()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "snakemake", "all", "--snakefile", snakefile, "--quiet",
         "rules", "-n", "--cores", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
    )  # fmt: skip
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if status:
        sys.exit(text[-3000:])
    jobs = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("total"))
    memory_mb = usage.ru_maxrss / 1024
    print(f"{name}: {jobs} jobs, {wall:.1f} s, {cpu:.1f} s of CPU, {memory_mb:.0f} MB", flush=True)
    return jobs


def main() -> None:
    """Print one line per DAG."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(ROOT / "config", folder / "config")
        jobs = report("the workflow", ROOT / "Snakefile", folder=folder)
        for name, text, cells in (
            ("a bare DAG", BARE, jobs // 4),
            ("bare, with as many files", AS_MANY_FILES, (jobs - 101) // 3),
        ):
            bare = folder / "bare.smk"
            bare.write_text(text.format(cells=cells))
            report(name, bare, folder=folder)


if __name__ == "__main__":
    main()
