"""Where the demo's time went, from the records that it left: `make bench`.

Useful time is what alignment, training, tuning and evaluation took inside their processes; the
rest is start-up (Python, PyTorch, the body), reading, writing and waiting for a free core.
"""

import json
import os
import sys
from pathlib import Path

import pandas as pd

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


def read_jobs(results: Path) -> pd.DataFrame:
    """Return step, end and seconds (wall and CPU) of all jobs that left a benchmark."""
    jobs = []
    for step, pattern in STEPS.items():
        for path in results.glob(pattern):
            first = pd.read_csv(path, sep="\t", na_values="-").iloc[0]
            ended = path.stat().st_mtime
            jobs.append({"step": step, "ended": ended, **first[["s", "cpu_time"]]})
    return pd.DataFrame(jobs)


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
        useful["tune"] += pd.read_csv(path)["seconds"].sum()
    return useful


def main(results: Path) -> None:
    """Print the demo's time by step, and the share of it that went into the work."""
    jobs = read_jobs(results)
    if jobs.empty:
        sys.exit(f"{results} holds no records of a demo: run `make demo` first")
    useful = useful_seconds(results)
    print(f"{'step':<14}{'jobs':>6}{'seconds':>10}{'CPU s':>10}{'useful':>10}")
    for step in STEPS:
        of_step = jobs[jobs["step"] == step]
        shown = f"{useful[step]:.1f}" if step in useful else ""
        print(f"{step:<14}{_sums(of_step)}{shown:>10}")
    total, work = jobs["s"].sum(), sum(useful.values())
    print(f"{'all':<14}{_sums(jobs)}{work:>10.1f}")
    elapsed = jobs["ended"].max() - (jobs["ended"] - jobs["s"]).min()
    cores = os.cpu_count() or 1
    print(f"useful share of the jobs' core-seconds: {work / total:.0%}")
    print(
        f"from the first job's start to the last one's end: {elapsed:.0f} s;"
        f" useful share of {cores} cores over it: {work / (elapsed * cores):.0%}"
    )


def _sums(jobs: pd.DataFrame) -> str:
    return f"{len(jobs):>6}{jobs['s'].sum():>10.1f}{jobs['cpu_time'].sum():>10.1f}"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
