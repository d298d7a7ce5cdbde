"""Where the demo's time went, from the records that it left: `make bench`.

Useful time is what alignment, training, tuning and evaluation took inside their processes; the
rest is start-up (Python, PyTorch, the body), reading, writing and waiting for a free core.
"""

import csv
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

STEPS = {
    "fetch": "benchmarks/fetch/*.tsv",
    "fetch_body": "benchmarks/fetch_body/*.tsv",
    "pretrain_body": "benchmarks/pretrain_body/*.tsv",
    "prepare": "benchmarks/prepare/*.tsv",
    "embed_source": "benchmarks/embed_source/*.tsv",
    "source_terms": "benchmarks/source_terms/*.tsv",
    "tune": "tuned/*/*/tune.tsv",
    "align": "aligned/*/*/*/seed*.tsv",
    "finetune": "finetuned/*/*/*/seed*.tsv",
    "evaluate": "benchmarks/evaluate/*.tsv",
    "peer": "benchmarks/peer/*.tsv",
    "tabulate": "benchmarks/tabulate/*.tsv",
    "plot": "benchmarks/plot/*.tsv",
    "report": "benchmarks/report*.tsv",
}
IDLE_PARTS = ("checkpoint",)


@dataclass(frozen=True)
class Job:
    """One job's benchmark: when it ended, and what it took."""

    step: str
    ended: float
    seconds: float
    cpu_seconds: float


def read_jobs(results: Path) -> list[Job]:
    """Return all jobs that left a benchmark."""
    jobs = []
    for step, pattern in STEPS.items():
        for path in results.glob(pattern):
            titles, values = (line.split("\t") for line in path.read_text().splitlines()[:2])
            row = dict(zip(titles, values, strict=True))
            cpu = 0.0 if row["cpu_time"] in ("NA", "-") else float(row["cpu_time"])
            jobs.append(Job(step, path.stat().st_mtime, float(row["s"]), cpu))
    return jobs


def useful_seconds(results: Path) -> dict[str, float]:
    """Return the seconds inside the processes that went into the work itself, by step."""
    useful = dict.fromkeys(("tune", "align", "finetune", "evaluate", "peer"), 0.0)
    for step, pattern in (
        ("align", "aligned/*/*/*/*/run.json"),
        ("finetune", "finetuned/*/*/*/*/run.json"),
    ):
        for path in results.glob(pattern):
            parts = json.loads(path.read_text())["seconds"]
            useful[step] += sum(s for part, s in parts.items() if part not in IDLE_PARTS)
    for path in results.glob("scores/*/*/*/seed*/score.json"):
        parts = json.loads(path.read_text())["seconds"]
        step = "peer" if "fit" in parts else "evaluate"
        useful[step] += parts["evaluate"] + parts.get("fit", 0.0)
    for path in results.glob("tuned/*/*/trials.csv"):
        with path.open() as file:
            useful["tune"] += sum(float(trial["seconds"]) for trial in csv.DictReader(file))
    return useful


def main(results: Path) -> None:
    """Print the demo's time by step, and the share of it that went into the work."""
    jobs = read_jobs(results)
    if not jobs:
        sys.exit(f"{results} holds no records of a demo: run `make demo` first")
    useful = useful_seconds(results)
    print(f"{'step':<14}{'jobs':>6}{'seconds':>10}{'CPU s':>10}{'useful':>10}")
    for step in STEPS:
        of_step = [job for job in jobs if job.step == step]
        seconds, cpu = sum(j.seconds for j in of_step), sum(j.cpu_seconds for j in of_step)
        shown = f"{useful[step]:.1f}" if step in useful else ""
        print(f"{step:<14}{len(of_step):>6}{seconds:>10.1f}{cpu:>10.1f}{shown:>10}")
    total, work = sum(job.seconds for job in jobs), sum(useful.values())
    elapsed = max(j.ended for j in jobs) - min(j.ended - j.seconds for j in jobs)
    cores = os.cpu_count() or 1
    print(
        f"{'all':<14}{len(jobs):>6}{total:>10.1f}{sum(j.cpu_seconds for j in jobs):>10.1f}{work:>10.1f}"
    )
    print(f"useful share of the jobs' core-seconds: {work / total:.0%}")
    print(
        f"from the first job's start to the last one's end: {elapsed:.0f} s;"
        f" useful share of {cores} cores over it: {work / (elapsed * cores):.0%}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
