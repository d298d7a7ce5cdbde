import json
import shutil
import tarfile

import pytest

from orca.errors import ResultsError
from orca.reporting.cells import read_table
from orca.reporting.compare import compare
from orca.reporting.scores import pack_scores
from orca.reporting.tabulate import tabulate


@pytest.fixture
def two(demo_scores, tmp_path):
    """Two results folders with the same scores."""
    a, b = demo_scores.parent, tmp_path / "other"
    shutil.copytree(a, b)
    return a, b


def line_of(text, *cell):
    return next(line for line in text.splitlines() if all(f" {part} " in line for part in cell))


def change(results, task, method, change_score):
    for path in (results / "scores" / task / "minilm" / method).glob("*/score.json"):
        score = json.loads(path.read_text())
        change_score(score)
        path.write_text(json.dumps(score))


def test_equal_folders_have_not_moved(two):
    text = compare(*two)
    assert "20 cells: 20 the same." in text


def test_what_moved_beyond_its_spread_comes_first(two):
    a, b = two
    change(b, "openml_61", "orca", lambda score: score.update(value=score["value"] * 3))
    change(b, "openml_187", "orca", lambda score: score.update(value=score["value"] / 3))
    change(b, "openml_1510", "fpt", lambda score: score.update(value=score["value"] + 0.01))
    text = compare(a, b)
    first = [line for line in text.splitlines() if line.startswith("| openml")][0]
    assert "openml_61" in first
    assert "worse" in first
    assert "better" in line_of(text, "openml_187", "orca")
    assert "within its spread" in line_of(text, "openml_1510", "fpt")


def test_runs_that_came_went_or_failed_are_said(two):
    a, b = two
    shutil.rmtree(a / "scores" / "openml_61" / "minilm" / "fpt")
    shutil.rmtree(b / "scores" / "openml_61" / "minilm" / "orca")
    change(
        b,
        "openml_61",
        "finetune",
        lambda score: score.update(value=None, status="failed", reason="diverged"),
    )
    text = compare(a, b)
    assert "only in B" in line_of(text, "openml_61", "fpt")
    assert "only in A" in line_of(text, "openml_61", "orca")
    assert "failed now" in line_of(text, "openml_61", "finetune")


def test_another_protocol_is_said(two):
    a, b = two
    change(b, "openml_61", "orca", lambda score: score.update(selection="best_on_validation"))
    assert "selection was last_epoch, is best_on_validation" in compare(a, b)


def test_a_folder_without_scores_is_said(two, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultsError, match="no score file"):
        compare(two[0], tmp_path / "empty")


def test_a_pack_unpacks_to_scores_that_make_the_same_table(demo_scores, tmp_path, published, make):
    pack_scores(demo_scores.parent, tmp_path / "scores.tar.gz")
    with tarfile.open(tmp_path / "scores.tar.gz") as archive:
        archive.extractall(tmp_path / "clone", filter="data")
    for scores, out in ((demo_scores, "here"), (tmp_path / "clone/results/scores", "there")):
        tabulate(
            "demo",
            scores=scores,
            out=tmp_path / out,
            published=published,
            experiment=make.experiment(),
        )
    here, there = (read_table(tmp_path / out / "demo.json") for out in ("here", "there"))
    assert here == there


def test_the_stamp_of_a_job_is_no_score(two):
    for folder in (two[1] / "scores").glob("*/*/*"):
        (folder / "seeds0-2.json").write_text("{}")
    assert "20 cells: 20 the same." in compare(*two)


def test_the_same_scores_make_the_same_archive(demo_scores, tmp_path):
    for name in ("a.tar.gz", "b.tar.gz"):
        pack_scores(demo_scores.parent, tmp_path / name)
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()


def test_a_file_that_is_no_score_is_not_packed(demo_scores, tmp_path):
    (demo_scores / "openml_61" / "minilm" / "orca/seed0/score.json").write_text("{}")
    with pytest.raises(ResultsError, match="not a score"):
        pack_scores(demo_scores.parent, tmp_path / "scores.tar.gz")
    assert not (tmp_path / "scores.tar.gz").exists()
