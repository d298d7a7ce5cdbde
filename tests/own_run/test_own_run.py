"""`orca run`, as far as it goes without running the workflow."""

import logging
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from orca.cli import orca
from orca.commands.options import TaskArgument
from orca.data.task import TASKS
from orca.errors import SettingsError
from orca.experiment import Experiment
from orca.own_run.budget import jobs_of, seconds_of
from orca.own_run.entry_file import own_run
from orca.own_run.progress import Progress
from orca.own_run.run import Wishes, _runs_of, _settled, _within, describe
from orca.reporting.declared_table import TABLES
from orca.workflow.jobs import Jobs
from orca.workflow.plan import Job

GENERATOR = np.random.default_rng(0)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with a table, where a person stands."""
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"a": GENERATOR.random(60), "b": GENERATOR.random(60)})
    frame["kind"] = ["ash", "elm"] * 30
    frame.to_csv("trees.csv", index=False)
    return tmp_path


def settled(**wishes):
    return _settled(Path("trees.csv"), Wishes(**{"entry": {"target": "kind"}, **wishes}))


# The config file


def test_the_config_file_lies_beside_the_data_and_is_one_of_the_workflow(here):
    own = settled(seeds=2)
    own.write()
    content = yaml.safe_load((here / "trees.orca.yaml").read_text())
    runs = _runs_of(content)
    assert runs.task("trees").target.names == ("ash", "elm")
    assert [run.seed for run in runs.of_table("own") if run.method == "orca"] == [0, 1]


def test_folds_are_tasks_of_one_source_and_one_row(here):
    own = settled(entry={"target": "kind", "folds": 3})
    runs = _runs_of(own.content)
    names = ["trees", "trees_fold2", "trees_fold3"]
    assert {runs.source_of(name) for name in names} == {"trees"}
    assert [run.path for run in runs.of_table("own") if run.method == "orca"] == [
        f"{name}/minilm/orca/seed0" for name in names
    ]
    assert len(TABLES["own"].all_rows(runs.configuration)) == 1
    assert {job.wildcards["task"] for job in jobs_of(runs, "trees")} == set(names)
    assert "seeds" not in describe(own, runs)
    experiment = runs.configuration.experiment  # which tables read back from a file
    assert set(experiment.tasks) == set(names)
    assert Experiment(**experiment.model_dump()) == experiment


@pytest.mark.parametrize(
    ("keys", "says"),
    [({"folds": 1}, "folds: 5"), ({"folds": 3, "fold": 3}, "no `fold`"),
     ({"folds": 3, "test_path": "other.csv"}, "test_path"), ({"folds": 3, "split": "a"}, "split")],
)  # fmt: skip
def test_folds_that_say_the_test_samples_twice_are_refused(here, keys, says):
    with pytest.raises(SettingsError, match=says):
        settled(entry={"target": "kind", **keys})


def test_a_command_typed_again_leaves_the_file_as_it_is(here):
    settled(seeds=2).write()
    before = Path("trees.orca.yaml").stat().st_mtime_ns
    own_run(Path("trees.csv"), name="", entry={"target": "kind"}).write()
    assert Path("trees.orca.yaml").stat().st_mtime_ns == before


def test_what_a_person_changed_in_the_file_holds_until_an_option_says_otherwise(here):
    settled().write()
    path = Path("trees.orca.yaml")
    content = yaml.safe_load(path.read_text())
    content["tasks"]["trees"] |= {"metric": "auroc_ovo", "settings": {"finetune": {"epochs": 3}}}
    path.write_text(yaml.safe_dump(content))
    assert settled().entry["metric"] == "auroc_ovo"
    again = settled(entry={"target": "kind", "metric": "zero_one_error_pct"})
    assert again.entry["metric"] == "zero_one_error_pct"
    assert again.entry["settings"] == {"finetune": {"epochs": 3}}
    from_file = _settled(path, Wishes(entry={}))
    assert from_file.entry == settled().entry


def test_another_target_is_guessed_anew(here):
    settled().write()
    other = settled(entry={"target": "a"}).entry
    assert (other["kind"], other.get("classes"), other["metric"]) == ("scalar", None, "rmse")


def test_a_command_takes_a_persons_task_by_the_name_that_the_workflow_plans_it_by(here):
    content = settled().content
    jobs = Jobs(_runs_of(content))
    jobs.raw(SimpleNamespace(task="trees"))
    with pytest.raises(SettingsError, match="there is no task 'trees'"):
        TaskArgument().convert("trees", None, None)
    jobs.write_settings()
    asked = TaskArgument().convert("trees", None, None)
    assert (asked.name, asked.entry) == ("trees", content["tasks"]["trees"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("my_own", "there is no task 'my_own'.*A task of your own is a YAML file"),
        ("../tasks/mine", "can be no name"),
        ("a" * 300, "can be no name"),
        ("a" * 300 + ".yaml", "can be no name"),
    ],
)
def test_a_task_that_is_not_there_is_one_clear_error_with_few_names(here, asked, said):
    Path("results/tasks").mkdir(parents=True)
    Path("results/tasks/mine.yaml").write_text("{}")
    with pytest.raises(SettingsError, match=f"(?s){said}") as told:
        TaskArgument().convert(asked, None, None)
    assert sum(name in str(told.value) for name in TASKS) <= 10


def test_a_name_that_is_a_declared_task_s_gets_another(here):
    Path("trees.csv").rename("ecg.csv")
    assert own_run(Path("ecg.csv"), name="", entry={"target": "kind"}).name == "own_ecg"


def test_two_files_of_one_name_are_kept_apart(here):
    (here / "results/tasks").mkdir(parents=True)
    (here / "results/tasks/trees.yaml").write_text("path: elsewhere/trees.csv\n")
    with pytest.raises(SettingsError, match="--name"):
        settled()


def test_a_file_that_is_not_there_is_an_error(here):
    with pytest.raises(SettingsError, match="no such file(.|\n)*did you mean 'trees.csv'"):
        _settled(Path("tree.csv"), Wishes(entry={"target": "kind"}))


def test_another_name_has_a_config_file_of_its_own(here):
    settled(seeds=2).write()
    other = settled(name="fish")
    assert (other.name, other.path) == ("fish", Path("fish.orca.yaml"))
    assert "seeds_by_task" not in other.content
    assert settled().name == "trees"


@pytest.mark.parametrize("name", ["../x", "a/b", "a b", "x`y", "-x"])
def test_what_can_be_no_name_is_refused(here, name):
    with pytest.raises(SettingsError, match="--name: .* can be no name"):
        settled(name=name)


# What is said


def test_every_guess_is_said_with_the_way_to_say_otherwise(here):
    own = settled()
    told = describe(own, _runs_of(own.content))
    for line in ("kind", "metric", "inputs", "bodies", "seeds"):
        assert any(part.strip().startswith(line) for part in told.splitlines())
    assert "2 different texts in 60 rows" in told
    assert "--body NAME" in told


# The budget


@pytest.mark.parametrize("text", ["classes=[[[", "peers=`id`", "classes=2020-13-45", "classes"])
def test_a_key_that_is_no_yaml_is_refused_with_its_option(here, text):
    command = ["run", "trees.csv", "--target", "kind", "--dry-run", "--set", text]
    told = CliRunner().invoke(orca, command)
    assert told.exit_code == 2
    assert "--set" in told.output


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10min", 600), ("1.5 h", 5400)])
def test_a_time_is_read(text, seconds):
    assert seconds_of(text, where="--budget") == seconds


@pytest.mark.parametrize("text", ["10", "min", "ten minutes", "1..5h"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(SettingsError, match="no time"):
        seconds_of(text, where="--budget")


def epochs(budget: str) -> int:
    own, _ = _within(settled(), Wishes(entry={"target": "kind"}, budget=budget, cores=2))
    groups = _runs_of(own.content).plain_settings("trees", "minilm")
    return groups["finetune"].epochs


def test_less_time_gives_fewer_epochs_and_enough_changes_nothing(here):
    usual = _runs_of(settled().content).plain_settings("trees", "minilm")["finetune"].epochs
    assert 1 == epochs("10s") < epochs("2min") < epochs("3h") == usual


def test_a_budget_is_fitted_alike_when_the_command_is_typed_again(here):
    wishes = Wishes(entry={"target": "kind"}, budget="2min", cores=2)
    first, _ = _within(settled(), wishes)
    first.write()
    assert _within(settled(), wishes)[0].content == first.content


# Progress


def event(name: str, **facts) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", logging.INFO, "", 0, "", (), None)
    record.__dict__.update(event=name, **facts)
    return record


def test_a_job_s_line_has_its_step_its_place_and_the_time_left():
    said, now = [], [0.0]
    jobs = [Job("prepare", {"task": "trees"}), Job("evaluate", {"task": "trees"})]
    progress = Progress(jobs, lambda job: 10.0, at_once=1, say=said.append, clock=lambda: now[0])
    progress.emit(event("job_info", jobid=1, rule_name="prepare", wildcards={"task": "trees"}))
    now[0] = 40.0  # four times the estimate
    progress.emit(event("job_finished", job_id=1))
    progress.emit(event("job_info", jobid=0, rule_name="evaluate", wildcards={"task": "trees"}))
    assert said[0] == "[1/2] prepare trees, about 20.0 s left"
    assert said[1].startswith("[2/2] evaluate trees, about 20.0 s left")


STEPS = {  # seconds expected and taken, as pretraining and then tuning on a busy core may go
    "fetch": (9, 10), "pretrain_body": (196, 1080), "prepare": (9, 6), "embed_source": (9, 19),
    "source_terms": (9, 12), "align": (75, 172), "finetune": (370, 1600), "evaluate": (25, 60),
    "tabulate": (9, 15), "report": (9, 11),
}  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 2])
def test_the_estimate_of_the_whole_does_not_jump_from_one_event_or_second_to_the_next(at_once):
    jobs, now = [Job(step, {}) for step in STEPS], [0.0]
    progress = Progress(
        jobs, lambda job: STEPS[job.step][0], at_once=at_once, say=lambda line: None,
        clock=lambda: now[0],
    )  # fmt: skip
    ends, waiting, totals = {}, list(enumerate(STEPS)), []
    while waiting or ends:
        while waiting and len(ends) < at_once:
            number, step = waiting.pop(0)
            ends[number] = now[0] + STEPS[step][1]
            progress.emit(event("job_info", jobid=number, rule_name=step, wildcards={}))
        now[0] += 1.0
        totals.append(now[0] + progress.seconds_left)
        for number in [number for number, end in ends.items() if end <= now[0]]:
            del ends[number]
            progress.emit(event("job_finished", job_id=number))
            totals.append(now[0] + progress.seconds_left)
    assert max(later / earlier for earlier, later in pairwise(totals)) < 1.1
    assert min(later / earlier for earlier, later in pairwise(totals)) > 0.9
    assert totals[-1] == pytest.approx(now[0])
    half = totals[len(totals) // 2]
    assert now[0] / 2 < half < 2 * now[0]


def test_the_time_left_falls_as_a_job_runs_and_a_failed_one_takes_no_more():
    jobs, now = [Job("align", {}), Job("finetune", {})], [0.0]
    progress = Progress(
        jobs, lambda job: 100.0, at_once=1, say=lambda line: None, clock=lambda: now[0]
    )
    progress.emit(event("job_info", jobid=1, rule_name="align", wildcards={}))
    left = [progress.seconds_left]
    for now[0] in (25.0, 50.0, 75.0, 100.0):
        left.append(progress.seconds_left)
    assert left == [200.0, 175.0, 150.0, 125.0, 100.0]
    progress.emit(event("job_error", jobid=1, rule_name="align", log=[]))
    assert progress.seconds_left == 100.0


def test_a_failed_job_is_told_by_the_error_that_its_log_ends_in(tmp_path):
    log = tmp_path / "prepare.log"
    log.write_text("11:00:00 reading\n11:00:01 t.csv, row 3: 'x' is no number\nMend: correct it\n")
    said: list[str] = []
    progress = Progress([], lambda job: 0.0, at_once=1, say=said.append)
    progress.emit(event("job_error", rule_name="prepare", log=[str(log)]))
    assert progress.failed == ["prepare"]
    assert "t.csv, row 3: 'x' is no number\nMend: correct it" in said[0]
    assert "reading" not in said[0]
