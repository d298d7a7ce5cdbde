"""A peer's runs: keyed, resumable, and what its library alone gives on the same rows."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.split import draw_stratified
from orca.data.task import TASKS
from orca.evaluation.score import SCORE, read_score
from orca.peers import linear_model, xgboost
from orca.peers.peer import PEERS, PeerError
from orca.training.peer import PeerRuns

NAME = "openml_1510"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wdbc")
    fetch(TASKS[NAME], folder / "raw")
    prepare(TASKS[NAME], NAME, folder / "raw", folder / "prepared")
    return folder / "prepared"


def runs(prepared, peer, **changes):
    told = {
        "peer": peer, "task_name": NAME, "task": TASKS[NAME], "folder": prepared,
        "settings": PEERS[peer].settings, "device": torch.device("cpu"), "trials": 3,
        "search_seed": 0,
    }  # fmt: skip
    return PeerRuns(**told | changes)


def test_a_finished_run_is_left_as_it_is_and_another_key_makes_it_again(prepared, tmp_path):
    out = tmp_path / "linear_model/seed0" / SCORE
    first = runs(prepared, "linear_model").score(0, out)
    stamped = out.stat().st_mtime_ns
    assert runs(prepared, "linear_model", trials=9).score(0, out) == first  # it is not searched
    assert out.stat().st_mtime_ns == stamped
    score = read_score(out)
    assert (score.body, score.method, score.hyperparameters) == ("none", "linear_model", "default")
    assert score.samples == 284
    assert score.record["train_samples"] == 285
    assert "scikit-learn" in score.record["versions"]
    assert {"fit", "evaluate"} <= set(score.seconds)
    assert "openml" not in json.dumps(score.record["settings"])
    assert runs(prepared, "linear_model").key(1) != first["key"]


def test_a_changed_setting_of_the_peer_changes_its_key_and_no_other(prepared, monkeypatch):
    before = {name: runs(prepared, name).key(0) for name in ("linear_model", "random_forest")}
    stronger = replace(linear_model.PEER, settings={"strength": 5.0})
    monkeypatch.setattr(linear_model, "PEER", stronger)
    after = {name: runs(prepared, name).key(0) for name in before}
    assert after["linear_model"] != before["linear_model"]
    assert after["random_forest"] == before["random_forest"]


def test_a_search_starts_from_the_defaults_and_is_keyed_by_its_budget(prepared, tmp_path):
    few = runs(prepared, "linear_model_searched", trials=1)
    few.score(0, tmp_path / "a/seed0" / SCORE)
    many = runs(prepared, "linear_model_searched", trials=8)
    many.score(0, tmp_path / "b/seed0" / SCORE)
    plain, searched = (read_score(tmp_path / name / "seed0" / SCORE) for name in "ab")
    assert plain.record["settings"]["peer"] == {"strength": 1.0}
    assert searched.hyperparameters == "tuned"
    assert searched.record["settings"]["peer"]["strength"] in linear_model.PEER.space["strength"]
    assert plain.key != searched.key


def test_a_peer_without_its_library_is_one_error(prepared, tmp_path, monkeypatch):
    without = replace(linear_model.PEER, libraries=("no_such_thing",))
    monkeypatch.setattr(linear_model, "PEER", without)
    with pytest.raises(PeerError, match="the peer 'linear_model'"):
        runs(prepared, "linear_model").score(0, tmp_path / "seed0" / SCORE)
    assert not (tmp_path / "seed0").exists()


def test_a_peers_score_is_what_its_library_alone_gives_on_the_same_rows(prepared, tmp_path):
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    table = load_breast_cancer()
    test = draw_stratified(table.target, 284, np.random.default_rng(0))
    fit = np.setdiff1d(np.arange(569), test)
    alone = {
        "linear_model": make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)),
        "xgboost": XGBClassifier(),
    }
    assert xgboost.PEER.settings == {}
    for name, model in alone.items():
        model.fit(table.data[fit], table.target[fit])
        likely = model.predict_proba(table.data[test])[:, 1]
        expected = roc_auc_score(table.target[test], likely)
        out = tmp_path / name / "seed0" / SCORE
        runs(prepared, name).score(0, out)
        assert read_score(out).value == pytest.approx(expected, abs=0.002), name
