"""A clone that holds score files and nothing else builds the tables of these."""

import json
import tarfile

import pytest

from orca.commands.options import write_stamp
from orca.data.task import TASKS
from orca.evaluation.score import Score
from orca.provenance import write_json
from orca.reporting.scores import pack_scores

DEMO = {"openml_1510": 3, "openml_187": 3, "openml_61": 3,
        "pde_advection_simulated_128": 2, "pde_diffusion_sorption_simulated_128": 2}  # fmt: skip
METHODS = ("scratch", "finetune", "fpt", "orca")


def write_scores(results):
    for task, seeds in DEMO.items():
        for place, method in enumerate(METHODS):
            for seed in range(seeds):
                score = Score(
                    task=task, body="minilm", method=method, seed=seed,
                    task_digest=TASKS[task].digest, selection="last_epoch",
                    hyperparameters="tuned", metric=TASKS[task].metric,
                    value=0.5 + 0.1 * place + 0.01 * seed,
                )  # fmt: skip
                write_json(results / "scores" / score.score_file, score.model_dump(mode="json"))
            folder = str(results / f"scores/{task}/minilm/{method}")
            write_stamp(folder, tuple(range(seeds)), dict.fromkeys(range(seeds), {}))


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
    assert all(cell["ours"]["status"] == "ok" for row in table["cells"] for cell in row)
    assert (made / "figures/demo_profile.pdf").stat().st_size > 1000
    assert {path.name for path in (clone / "results").iterdir()} <= {
        "scores", "from_scores", "logs", "benchmarks", "experiment.yaml",
    }  # fmt: skip
    assert "Nothing to be done" in (again := snakemake("from_scores")).stdout + again.stderr
    next((clone / "results/scores").glob("*/*/orca/seed1/score.json")).unlink()
    assert "rule from_scores" in snakemake("from_scores", "-n").stdout
