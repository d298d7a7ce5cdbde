import json
import shutil
import tarfile

import pytest

from orca.errors import ResultsError
from orca.reporting.compare import compare
from orca.reporting.scores import pack_scores


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


def test_what_moved_beyond_its_spread_comes_first(two):
    a, b = two
    change(b, "openml_61", "orca", lambda score: score.update(value=score["value"] * 3))
    change(b, "openml_187", "orca", lambda score: score.update(value=score["value"] / 3))
    change(b, "openml_1510", "fpt", lambda score: score.update(value=score["value"] + 0.01))
    change(b, "openml_1510", "orca", lambda score: score.update(selection="best_on_validation"))
    text = compare(a, b)
    first = [line for line in text.splitlines() if line.startswith("| openml")][0]
    assert "openml_61" in first
    assert "worse" in first
    assert "better" in line_of(text, "openml_187", "orca")
    assert "within its spread" in line_of(text, "openml_1510", "fpt")
    assert "selection was last_epoch, is best_on_validation" in text


def test_runs_that_came_went_or_failed_are_said(two):
    a, b = two
    shutil.rmtree(a / "scores" / "openml_61" / "minilm" / "fpt")
    shutil.rmtree(b / "scores" / "openml_61" / "minilm" / "orca")
    failed = {"value": None, "status": "failed", "reason": "diverged"}
    change(b, "openml_61", "finetune", lambda score: score.update(failed))
    text = compare(a, b)
    assert "only in B" in line_of(text, "openml_61", "fpt")
    assert "only in A" in line_of(text, "openml_61", "orca")
    assert "failed now" in line_of(text, "openml_61", "finetune")


def test_a_folder_without_scores_is_said(two, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultsError, match="no score file"):
        compare(two[0], tmp_path / "empty")


def test_a_pack_unpacks_to_scores_that_make_the_same_table_and_has_the_same_bytes_again(
    demo_scores, tmp_path, fill, make
):
    packs = [tmp_path / name for name in ("a.tar.gz", "b.tar.gz")]
    for pack in packs:
        pack_scores(demo_scores.parent, pack)
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with tarfile.open(packs[0]) as archive:
        archive.extractall(tmp_path / "clone", filter="data")
    here, there = (
        fill("demo", scores, make.experiment())
        for scores in (demo_scores, tmp_path / "clone/results/scores")
    )
    assert here == there


def test_equal_folders_have_not_moved_and_the_stamp_of_a_job_is_no_score(two):
    for folder in (two[1] / "scores").glob("*/*/*"):
        (folder / "seeds0-2.json").write_text("{}")
    assert "20 cells: 20 the same." in compare(*two)


def test_a_file_that_is_no_score_is_not_packed(demo_scores, tmp_path):
    (demo_scores / "openml_61" / "minilm" / "orca/seed0/score.json").write_text("{}")
    with pytest.raises(ResultsError, match="not a score"):
        pack_scores(demo_scores.parent, tmp_path / "scores.tar.gz")
    assert not (tmp_path / "scores.tar.gz").exists()
