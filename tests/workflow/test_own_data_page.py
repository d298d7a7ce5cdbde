"""The page about a person's own data, typed as it stands there, in a folder without a checkout."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from orca.reporting.table_records import read_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/own_data.md").read_text()
JOBS = dict(re.findall(r"<!-- own: (\w+) -->\n```sh\n(.*?)```", PAGE, flags=re.DOTALL))


def test_the_readme_s_example_is_the_page_s_first():
    readme = (ROOT / "README.md").read_text()
    block = re.search(r"<!-- own-data -->\n```sh\n(.*?)```", readme, flags=re.DOTALL).group(1)
    assert block == next(iter(JOBS.values()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("person")


@pytest.fixture(scope="module")
def environment(folder):
    """The commands as a person has them in an active environment."""
    commands = folder / "bin"
    commands.mkdir()
    for name, call in (("orca", "-m orca "), ("snakemake", "-m snakemake "), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec {sys.executable} {call}"$@"\n')
        (commands / name).chmod(0o755)
    path = f"{commands}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def typed(folder, environment):
    """Type commands in the folder; return what they print."""

    def run(commands: str, *, fails: bool = False) -> str:
        done = subprocess.run(
            ["bash", "-euc", commands], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert (done.returncode != 0) == fails, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    return run


@pytest.mark.slow
def test_a_run_that_is_asked_to_stop_ends_with_its_jobs(folder, environment, typed):
    made, _, command = JOBS["table"].partition("orca run")
    typed(made)
    words = ["orca", "run", *command.splitlines()[0].split()]
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as run:
        for line in run.stdout:
            if "] finetune " in line:
                break
        jobs = psutil.Process(run.pid).children(recursive=True)
        assert jobs
        run.terminate()
        assert run.wait(timeout=180) == 130
    assert not psutil.wait_procs(jobs, timeout=10)[1]


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_person_s_job_goes_from_start_to_end(job, folder, typed):
    told = typed(JOBS[job])
    name = re.search(r"orca run (\w+)\.", JOBS[job])[1]
    (row,) = read_table(folder / "results/tables/own.json").cells
    assert [cell.ours.status for cell in row] == ["ok"] * len(row)
    assert "% interval" in told
    assert "guessed:" in told
    assert "Predictions" in (folder / f"results/{name}.html").read_text()
    assert name in yaml.safe_load((folder / f"{name}.orca.yaml").read_text())["tasks"]


@pytest.mark.slow
def test_new_rows_have_a_prediction_each(folder):
    with (folder / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert {row["prediction"] for row in rows} <= {"none", "bearing"}


@pytest.mark.slow
def test_a_finished_run_typed_again_trains_nothing_and_then_makes_nothing(typed):
    again = "orca run pumps.csv --target fault --seeds 2 --budget 30s"
    told = typed(again)  # its table is shared: other files were run since
    assert not re.search(r"\] (prepare|align|finetune|evaluate|peer)\b", told)
    assert "All is made already" in typed(again)


@pytest.mark.slow
def test_the_error_of_a_job_stands_at_the_end_of_the_screen(folder, typed):
    content = yaml.safe_load((folder / "pumps.orca.yaml").read_text())
    content["tasks"]["broken"] = content["tasks"].pop("pumps")
    content["body_folders"] = {"minilm": "elsewhere"}
    for key in ("reports", "seeds_by_task"):
        content[key]["broken"] = content[key].pop("pumps")
    (folder / "broken.orca.yaml").write_text(yaml.safe_dump(content))
    told = typed("orca run broken.orca.yaml", fails=True)
    assert "elsewhere" in told.split("fetch_body failed:")[1]
    assert "Mend:" in told.splitlines()[-1]
