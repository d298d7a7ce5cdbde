"""A clone that holds score files and nothing else builds the tables of these."""

import json
import tarfile
from pathlib import Path

import pytest

from orca.commands.options import write_stamp
from orca.experiment import Experiment
from orca.reporting.declared_table import TABLES
from orca.reporting.scores import pack_scores
from tests.reporting.conftest import score_of, write_score

FIELDS = ("pde_advection_simulated_128", "pde_diffusion_sorption_simulated_128")
EXPERIMENT = Experiment(seeds=3, seeds_by_task=dict.fromkeys(FIELDS, 2))  # as in config/demo.yaml


def write_scores(results):
    runs = TABLES["demo"].runs(EXPERIMENT)
    for place, run in enumerate(runs):
        value = 0.5 + 0.001 * place
        score = score_of(run.task, run.method, run.seed, value, body=run.body)
        write_score(results / "scores", score)
    for folder in {str((results / "scores" / run.path).parent) for run in runs}:
        seeds = tuple(range(len(list(Path(folder).glob("seed*")))))
        write_stamp(folder, seeds, dict.fromkeys(seeds, {}))


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive of a paper's supplement."""
    folder = tmp_path_factory.mktemp("made")
    write_scores(folder / "results")
    pack_scores(folder / "results", folder / "scores.tar.gz")
    return folder / "scores.tar.gz"


@pytest.fixture(scope="module")
def clone(place, archive):
    """A checkout with an unpacked archive: no data, no weights, no metadata of a workflow."""
    with tarfile.open(archive) as opened:
        opened.extractall(place, filter="data")
    assert [path.name for path in (place / "results").iterdir()] == ["scores"]
    return place


def test_a_table_needs_no_other_job(clone, snakemake):
    done = snakemake("results/tables/demo.md", "-n")
    assert "tabulate" in done.stdout
    for step in ("evaluate", "finetune", "prepare", "fetch"):
        assert f"rule {step}" not in done.stdout


@pytest.mark.slow
def test_every_table_and_figure_of_the_scores_is_rendered(clone, snakemake):
    snakemake("from_scores")
    made = clone / "results/from_scores"
    table = json.loads((made / "tables/demo.json").read_text())
    ours = [cell["ours"] for row in table["cells"] for cell in row]
    assert {each["status"] for each in ours if each} == {"ok"}
    assert (made / "figures/demo_profile.pdf").stat().st_size > 1000
    assert {path.name for path in (clone / "results").iterdir()} <= {
        "scores", "from_scores", "logs", "benchmarks", "experiment.yaml",
    }  # fmt: skip
    assert "Nothing to be done" in (again := snakemake("from_scores")).stdout + again.stderr
    next((clone / "results/scores").glob("*/*/orca/seed1/score.json")).unlink()
    assert "rule from_scores" in snakemake("from_scores", "-n").stdout
