"""What jobs are told, beyond what the dry runs of the workflow show."""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from orca.choosing import Choosing
from orca.grid import Grid
from orca.jobs import Jobs
from orca.rendered import Rendered

ROOT = Path(__file__).parents[1]
RUN = {"task": "openml_61", "method": "orca_auto", "seed": "3"}
BODIES = ("minilm", "swin_fractals")


@pytest.fixture(scope="module")
def jobs():
    choices = {
        "reports": {"one": ["demo"], "two": ["demo_2d"]},
        "bodies_to_choose_from": list(BODIES),
        "hyperparameters": {"minilm": "tuned", "swin_fractals": "default"},
    }
    return Jobs(Grid.read(choices, ROOT / "config"))


def test_a_report_shows_its_own_tables_and_other_reports_that_are_there(
    jobs, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    two = SimpleNamespace(report="two")
    rendered = Rendered(jobs.grid)
    assert rendered.report_tables(two) == "--table demo_2d"
    (tmp_path / "results/tables").mkdir(parents=True)
    (tmp_path / "results/tables/demo.json").touch()
    assert rendered.report_tables(two) == "--table demo_2d --table demo"
    assert not any("demo." in file for file in rendered.report_files(two))


def test_whichever_body_is_chosen_the_run_is_that_of_a_given_body(jobs):
    told = shlex.split(Choosing(jobs).finetune(SimpleNamespace(**RUN)))
    candidates = {
        told[n + 1]: told[n + 2] for n, word in enumerate(told) if word == "--candidate"
    }  # fmt: skip
    assert tuple(candidates) == BODIES
    for body, line in candidates.items():
        given = jobs.finetune(SimpleNamespace(**RUN, body=body))
        filed = given.replace(f"openml_61/{body}/orca_auto", "openml_61/closest/orca_auto")
        assert line == filed
        assert line.endswith("--seed 3")


@pytest.mark.parametrize("step", ["align", "finetune", "evaluate"])
@pytest.mark.parametrize(
    ("seeds", "told"), [((0, 1), ["--seed 0", "--seed 1"]), ((), ["--seed 3"])]
)
def test_a_job_is_told_the_seeds_of_its_pack(jobs, step, seeds, told):
    wildcards = SimpleNamespace(**RUN, body="minilm", alignment="otdd")
    line = getattr(jobs, step)(wildcards, seeds=seeds)
    assert re.findall(r"--seed \d+", line) == told


def test_a_choice_waits_for_all_that_any_candidate_needs(jobs):
    files = Choosing(jobs).finetune_files(SimpleNamespace(**RUN))
    for body in BODIES:
        assert f"results/bodies/{body}/card.json" in files["weights"]
        assert (
            f"results/aligned/openml_61/{body}/otdd/seed3/embedder.safetensors" in files["aligned"]
        )
    assert files["tuned"] == ["results/tuned/openml_61/minilm/best.yaml"]
    assert files["prepared"] == ["results/prepared/openml_61/fit.h5"]
