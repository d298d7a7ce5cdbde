"""What a person sees of a job that failed."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orca.evaluation.score import Run
from orca.failed_jobs import what_failed
from orca.peers.peer import PEERS
from orca.reporting.scores import tables_left
from orca.workflow import layout
from orca.workflow.jobs import Jobs
from orca.workflow.pages import Pages
from orca.workflow.runs import Runs

ROOT = Path(__file__).parents[2]

SNAKEMAKE = """Error in rule prepare:
    jobid: 0
    log: {} (check log file(s) for error details)
    shell:
"""


def said(tmp_path, text):
    if text is not None:
        (tmp_path / "job.log").write_text(text)
    (tmp_path / "snakemake.log").write_text(SNAKEMAKE.format(tmp_path / "job.log"))
    return what_failed([tmp_path / "snakemake.log"])


def test_the_declared_lines_of_a_failed_job_are_shown_and_no_others(tmp_path):
    log = "12:08:37 fetching\n12:08:38 a.csv: it has no rows\nMend: put the samples below it\n"
    shown = said(tmp_path, log)
    assert shown.startswith("a.csv: it has no rows\nMend: put the samples below it\n(")
    assert "fetching" not in shown


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ("Traceback (most recent call last):\n  x\nKeyError: 1\n", "job.log: KeyError: 1"),
        (
            "12:08:38 epoch 3 of 60\n",
            "ended after '12:08:38 epoch 3 of 60'\nMend: if nobody stopped it, memory",
        ),
        (None, "job.log: the process was ended before its first word\nMend: "),
    ],
    ids=["undeclared fault", "ended by the system", "no log"],
)
def test_a_job_that_declares_no_fault_is_told_by_its_last_line(log, told, tmp_path):
    assert told in said(tmp_path, log and f"12:08:37 fetching\n{log}")


def test_a_library_that_ends_the_process_leaves_the_reason(tmp_path):
    crash = "import ctypes, orca.cli as c; c.orca = lambda **_: ctypes.string_at(0); c.main()"
    done = subprocess.run([sys.executable, "-c", crash], capture_output=True, text=True)
    assert done.returncode < 0
    shown = said(tmp_path, f"12:08:37 fetching\n{done.stderr}")
    assert "a library ended the process, Segmentation fault; it says where\nMend: " in shown


def test_a_job_is_told_how_many_runs_share_a_gpu(tmp_path):
    """The setting reaches commands through the environment, whatever the rule."""
    (tmp_path / "Snakefile").write_text(
        f'configfile: "{ROOT}/config/config.yaml"\n'
        f'include: "{ROOT}/workflow/rules/common.smk"\n'
        'rule told:\n    output: "told"\n    shell: "echo $ORCA_RUNS_PER_GPU > {output}"\n'
    )
    command = [sys.executable, "-m", "snakemake", "told", "--cores", "1", "--quiet"]
    subprocess.run([*command, "--config", "runs_per_gpu=3"], cwd=tmp_path, check=True)
    assert (tmp_path / "told").read_text() == "3\n"


def score_of_demo(runs: Runs) -> Path:
    run: Run = runs.of_table("demo")[0]
    path = Path(layout.root("scores"), run.score_file)
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


def test_tables_left_behind_are_named_with_their_command_where_a_run_has_a_score(
    tmp_path, monkeypatch
):
    runs = Runs.read({}, ROOT / "config")
    monkeypatch.chdir(tmp_path)
    folder = Path(layout.root("scores"))
    tables = {table: runs.of_table(table) for table in ("demo", "table_2")}
    assert not tables_left(tables, folder)
    score_of_demo(runs)
    told = tables_left(tables, folder)
    assert told.startswith("Not rendered: demo. ")
    assert told.endswith("snakemake from_scores")
    seven = {f"t{number}": tables["demo"] for number in range(7)}
    assert "t0, t1, t2, t3, t4 and 2 more." in tables_left(seven, folder)


@pytest.mark.slow
def test_after_a_failure_the_screen_has_the_command_that_renders_what_is_left(place, snakemake):
    entry = {
        "path": "gone.csv", "target": "y", "kind": "classes", "classes": 2, "metric": "accuracy_pct",
    }  # fmt: skip
    own = {"tasks": {"mine": entry}, "tables": ["own"], "reports": {}, "figures": []}
    (place / "own.yaml").write_text(yaml.safe_dump(own))
    files = [place / "config" / name for name in ("config.yaml", "demo.yaml")]
    config, demo = (yaml.safe_load(file.read_text()) for file in files)
    runs = Runs.read(config | demo | own, place / "config")
    trained = [run for run in runs.of_table("own") if run.method not in PEERS]
    files = [*Pages(Jobs(runs)).scores(trained), f"results/scores/{trained[0].score_file}"]
    for path in (place / file for file in files):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    words = ("results/tables/own.md", "--configfile", "own.yaml", "--keep-going")
    rules = ("--allowed-rules", "tabulate", "peer", "prepare", "fetch")
    said = snakemake(*words, *rules, fails=True).stderr
    assert "gone.csv" in said
    assert said.count("Not rendered: own. ") == 1
