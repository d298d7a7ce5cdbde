"""A finished workflow, to which the examples of docs/adding.md are added, or which is changed.

The tests share one copy of the package and go on from each other in their order.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests import forked
from tests.workflow.conftest import ROOT, jobs

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/adding.md").read_text()
BLOCKS = re.findall(r"<!-- (\S+?)(?:: (\w+))? -->\n```python\n(.*?)```", PAGE, flags=re.DOTALL)
OVERLAY = {
    "hyperparameters": {"default": "default"},
    "seeds_by_body": {"minilm": 1},
    "source_samples": 100,
    "tables": ["tiny"],
    "figures": [],
    "reports": {"report": ["tiny"]},
    "device": "cpu",
}
TABLE = '''"""A table of three runs."""

from orca.reporting.axis import methods, tasks
from orca.reporting.declared_table import Table

TABLE = Table(
    title="Tiny",
    rows=tasks("openml_61", body="minilm"),
    columns=methods("finetune", "orca", "pare"),
)
'''
SCORE = "results/scores/{}/seed0.json"
HARBOUR = dict(fetch=1, prepare=1, source_terms=1, align=1, finetune=2, evaluate=2)
RUN = dict(source_terms=1, align=1, finetune=1, evaluate=1)  # one of ORCA, aligned anew
# What each example adds: what is asked for, the jobs that are planned for it, whether it is run.
ADDED = {
    "orca/evaluation/metrics/median_error.py": ("", {}, False),
    "orca/training/losses/huber.py": ("", {}, False),
    "orca/data/tasks/tides.py": (
        SCORE.format("tides/minilm/finetune"),
        {"fetch": 1, "prepare": 1, "finetune": 1, "evaluate": 1},
        True,
    ),
    "orca/data/proxies/weekdays.py": (
        "results/source/minilm/weekdays.safetensors",
        {"fetch": 1, "embed_source": 1},
        False,
    ),
    "orca/models/bodies/minilm_weekdays.py": (
        SCORE.format("openml_61/minilm_weekdays/orca"),
        {"fetch": 1, "fetch_body": 1, "embed_source": 1, **RUN},
        True,
    ),
    "orca/alignment/distances/mean_gap.py": (
        "results/aligned/openml_61/minilm/mean_gap-random/seed0.json",
        {"source_terms": 1, "align": 1},
        True,
    ),
    "orca/methods/orca_mean_gap.py": (SCORE.format("openml_61/minilm/orca_mean_gap"), RUN, True),
    "orca/peers/nearest_centre.py": (
        SCORE.format("openml_61/none/nearest_centre"),
        {"peer": 1},
        True,
    ),
    "orca/reporting/tables/harbour.py": (
        "results/tables/harbour.md",
        {**HARBOUR, "tabulate": 1},
        False,
    ),
    "orca/reporting/drawings/harbour.py": (
        "results/figures/harbour.svg",
        {**HARBOUR, "tabulate": 1, "plot_figure": 1},
        False,
    ),
    "orca/training/settings.py": ("", {}, False),
}


class Copy:
    """A copy of the package with a workflow of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in ("orca", "workflow", "config"):
            shutil.copytree(ROOT / name, place / name)
        shutil.copy(ROOT / "Snakefile", place)
        (place / "orca/reporting/tables/tiny.py").write_text(TABLE)
        self.configure()
        self.set_default("minilm", model={"sequence_length": 8})
        self.set_default("all", finetune={"epochs": 1, "warmup_epochs": 0}, align={"epochs": 1})

    def configure(self, **changes: object) -> None:
        (self.place / "config/config.yaml").write_text(yaml.safe_dump({**OVERLAY, **changes}))
        (self.place / "config/demo.yaml").write_text("{}\n")

    def set_default(self, section: str, **groups: dict) -> None:
        path = self.place / "config/hyperparameters.yaml"
        content = yaml.safe_load(path.read_text())
        content["defaults"][section] = groups
        path.write_text(yaml.safe_dump(content))

    def snakemake(self, *arguments: str) -> str:
        done = forked.snakemake(self.place, *arguments, "--cores", "2", copied=True)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout + done.stderr

    def planned(self, *targets: str) -> tuple[dict[str, int], set[str]]:
        """Return the number of planned jobs by rule, and the methods of those that fine-tune."""
        told = self.snakemake(*(targets or ["all"]), "-n")
        trained = re.findall(r"^rule finetune:.*?method=(\w+)", told, re.MULTILINE | re.DOTALL)
        counts = {name: count for name, count in jobs(told).items() if name not in ("total", "all")}
        return counts, {*trained}

    @contextmanager
    def edited(self, file: str, old: str, new: str) -> Iterator[None]:
        """Change a file for the time of a `with`."""
        path = self.place / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))
        try:
            yield
        finally:
            path.write_text(before)


def of_steps(planned: dict[str, int]) -> dict[str, int]:
    """Return the planned jobs that make runs, scores and what they read."""
    steps = ("fetch", "prepare", "embed_source", "source_terms", "align", "finetune", "evaluate")
    return {step: planned[step] for step in steps if step in planned}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    made = Copy(tmp_path_factory.mktemp("copy"))
    made.snakemake("all")
    return made


def records(copy: Copy) -> dict[str, str]:
    """Return when each run of stage two and three was finished."""
    return {
        str(path): json.loads(path.read_text())["finished"]
        for step in ("aligned", "finetuned")
        for path in (copy.place / "results" / step).glob("*/*/*/seed*/run.json")
    }


def test_a_finished_workflow_has_nothing_to_do(copy):
    assert copy.planned()[0] == {}


@pytest.mark.parametrize(
    ("file", "change", "rerun", "of"),
    [
        # A distance: what aligns by it, and what starts from that.
        ("orca/alignment/otdd.py", ("whole=False)", "whole=True)"), RUN, {"orca"}),
        # PaRe's objective: its runs.
        (
            "orca/methods/objectives/patch_replacement.py",
            ("plain + weight", "weight + plain"),
            {"finetune": 1, "evaluate": 1},
            {"pare"},
        ),
        # The code of a method that no run uses.
        ("orca/methods/orca_lora.py", ("lora_alpha=", 'bias="none", lora_alpha='), {}, set()),
        # A metric: the evaluation of the tasks that have it, and no training.
        (
            "orca/evaluation/metrics/zero_one_error_pct.py",
            ("100.0 * np.mean", "50.0 * 2.0 * np.mean"),
            {"evaluate": 3},
            set(),
        ),
        (
            "orca/evaluation/metrics/one_minus_f1.py",
            ("scores.append(2 *", "scores.append(2.0 *"),
            {},
            set(),
        ),
        # The embedder: all training.
        (
            "orca/models/embedder.py",
            ("flatten(2).transpose(1, 2)", "flatten(2).transpose(2, 1)"),
            {"embed_source": 1, "source_terms": 1, "align": 1, "finetune": 3, "evaluate": 3},
            {"finetune", "orca", "pare"},
        ),
        # Words.
        ("orca/training/finetune_loop.py", ('"""Stage three:', '"""The third stage:'), {}, set()),
    ],
    ids=["distance", "pare", "unused", "metric", "other_metric", "embedder", "docstring"],
)
def test_a_changed_formula_reruns_what_uses_it_and_nothing_else(copy, file, change, rerun, of):
    with copy.edited(file, *change):
        planned, trained = copy.planned()
    assert (of_steps(planned), trained) == (rerun, of)
    assert bool(planned) == bool(rerun)


@pytest.mark.parametrize(
    ("old", "new", "rerun"),
    [
        ("align: {epochs: 1}", "align: {epochs: 1}\n    orca_lora: {rank: 4}", {}),
        ("finetune: {epochs: 1,", "finetune: {epochs: 2,", {"finetune": 3, "evaluate": 3}),
        (
            "methods: {}",
            "methods: {orca: {align: {epochs: 2}}}",
            {"align": 1, "finetune": 1, "evaluate": 1},
        ),
        ("methods: {}", "methods: {orca_mmd: {align: {epochs: 2}}}", {}),
        ("methods: {}", "methods: {orca: {distances: {otdd: {reg: 0.2}}}}", RUN),
    ],
    ids=["lora", "epochs", "of_a_method", "of_another_method", "of_a_distance"],
)
def test_a_changed_setting_reruns_the_steps_that_read_it(copy, old, new, rerun):
    path = copy.place / "config/hyperparameters.yaml"
    content = yaml.safe_load(path.read_text())
    content = {"defaults": content["defaults"], "methods": {}}
    content["defaults"] = {k: v for k, v in content["defaults"].items() if k in ("all", "minilm")}
    text = yaml.safe_dump(content, default_flow_style=None, width=200)
    assert old in text, text
    with copy.edited("config/hyperparameters.yaml", path.read_text(), text.replace(old, new)):
        planned, _ = copy.planned()
    assert of_steps(planned) == rerun


def test_more_seeds_train_the_new_ones_alone(copy):
    before = records(copy)
    copy.configure(seeds_by_body={"minilm": 2})
    copy.snakemake("all")
    after = records(copy)
    assert {path: after[path] for path in before} == before
    assert sorted(Path(path).parent.name for path in set(after) - set(before)) == ["seed1"] * 4


def test_another_number_of_shares_trains_none(copy):
    before = records(copy)
    copy.configure(seeds_by_body={"minilm": 2}, hours_per_job=1e-9)
    assert copy.planned()[0]["evaluate"] == 3  # the second seed's; the first has its stamps
    copy.snakemake("all")
    assert records(copy) == before


def test_a_seed_that_is_made_otherwise_is_made_again_with_the_others(copy):
    """The job of one seed withdraws the stamp of the job of both."""
    copy.configure(seeds_by_body={"minilm": 2})
    copy.snakemake("all")
    config = copy.place / "config/hyperparameters.yaml"
    before = config.read_text()
    content = yaml.safe_load(before)
    content["defaults"]["all"]["finetune"]["epochs"] = 2
    config.write_text(yaml.safe_dump(content))
    copy.snakemake(SCORE.format("openml_61/minilm/finetune"))
    config.write_text(before)
    again = ("all", "--forcerun", "tabulate")  # the table that is there is right as it is
    assert copy.planned(*again)[0]["finetune"] == 1
    copy.snakemake(*again)
    histories = (copy.place / "results/finetuned/openml_61/minilm/finetune").glob("*/history.csv")
    assert [len(path.read_text().splitlines()) for path in histories] == [2, 2]


def test_the_table_of_one_seed_again_trains_none(copy):
    before = records(copy)
    copy.configure()
    copy.snakemake("all")
    assert records(copy) == before


def test_the_page_has_an_example_of_everything_that_can_be_added():
    assert [file for file, _, _ in BLOCKS] == list(ADDED)


def test_nothing_that_the_page_adds_reruns_what_is_there(copy):
    for file, within, code in BLOCKS:
        path = copy.place / file
        if within:  # a field goes to the end of its class
            head, start, rest = path.read_text().partition(f"class {within}(")
            body, end, tail = rest.partition("\n\n\n")
            path.write_text(head + start + body + "\n" + code.rstrip() + end + tail)
        else:
            assert not path.exists()
            path.write_text(code)
    assert copy.planned()[0] == {}


@pytest.mark.parametrize("file", [file for file, (target, _, _) in ADDED.items() if target])
def test_what_the_page_adds_is_planned_alone(copy, file):
    target, planned, _ = ADDED[file]
    assert copy.planned(target)[0] == planned


def test_what_the_page_adds_runs(copy):
    level = np.random.default_rng(0).normal(size=(250, 168)).astype(np.float32)
    np.savez(copy.place / "tides.npz", level=level, highest=level.max(axis=1))
    subprocess.run(
        [sys.executable, "-m", "orca", "data", "add", "tides", "tides.npz"],
        cwd=copy.place, env={**os.environ, "PYTHONPATH": str(copy.place)}, check=True,
    )  # fmt: skip
    targets = [target for target, _, runs in ADDED.values() if runs]
    copy.snakemake(*targets)
    for target in targets:
        made = json.loads((copy.place / target).read_text())
        assert made["seed0"]["status"] == "ok" if "scores" in target else made["seed0"]
    assert copy.planned()[0] == {}


def test_a_folder_is_renamed_at_one_place(copy):
    with copy.edited("orca/workflow/layout.py", "results/finetuned/", "results/trained/"):
        copy.snakemake("all")
        assert (copy.place / "results/trained/openml_61/minilm/orca/seed0/run.json").exists()
        assert copy.planned()[0] == {}
        assert "not run" not in (copy.place / "results/tables/tiny.md").read_text()
