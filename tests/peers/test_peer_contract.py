"""What every declared peer keeps to, on small problems that it must solve."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from orca.data.normalise import no_change
from orca.data.target import Classes, Field, MultiLabel, Scalar
from orca.data.task import TASKS, Task
from orca.evaluation.metric import METRICS
from orca.models.body import BODIES
from orca.peers.networks import body_features
from orca.peers.peer import PEERS, Peer, PeerError, Problem, Rows, searched
from orca.reporting.declared_table import TABLES

KINDS = {
    "table of classes": replace(TASKS["openml_31"], target=Classes(3)),
    "table of numbers": replace(TASKS["openml_31"], target=Scalar()),
    "series of classes": replace(TASKS["ecg"], input_shape=(2, 40), target=Classes(3)),
    "series of numbers": replace(TASKS["ecg"], input_shape=(2, 40), target=Scalar()),
    "series of labels": replace(TASKS["ecg"], input_shape=(2, 40), target=MultiLabel(3)),
    "pictures of classes": replace(TASKS["cifar100"], input_shape=(3, 8, 8), target=Classes(3)),
    "fields on a line": replace(
        TASKS["pde_advection"], input_shape=(2, 20), target=Field((20,), channels=2)
    ),
    "fields on a plane": replace(
        TASKS["pde_darcy_flow"], input_shape=(1, 10, 20), target=Field((10, 20))
    ),
}
CASES = [(name, kind) for name in PEERS for kind, task in KINDS.items() if PEERS[name].suits(task)]
READY = [case for case in CASES if not PEERS[case[0]].variant_of and case[0] != "tabpfn"]
every_ready = pytest.mark.parametrize(("name", "kind"), READY)
FLOOR = ("training_mean", "persistence")
LONG = ("frozen_boosted", "unet", "fno", "catboost", "tabm")  # to fit well
SOLVED = [pytest.param(*c, marks=pytest.mark.slow) if c[0] in LONG else c for c in READY]


def _rows(task: Task, count: int, seed: int) -> Rows:
    """Samples whose targets follow from a class that is plain to see in them."""
    draw = np.random.default_rng(seed)
    kind = np.arange(count) % 3
    if isinstance(task.target, Field):
        waves = draw.normal(size=(count, 1, 3)) @ np.sin(np.outer((1, 2, 3), np.arange(20) / 3))
        inputs = np.broadcast_to(
            waves.reshape(count, 1, *[1] * (len(task.input_shape) - 2), 20),
            (count, *task.input_shape),
        ).astype(np.float32)
        return Rows(inputs=inputs, targets=(2 * inputs[:, : task.target.channels]).copy())
    time = np.linspace(0, 1, 40)
    waves = kind[:, None] + np.sin(8 * np.pi * (kind[:, None] + 1) * time)
    waves = waves[:, None].repeat(2, axis=1)
    inputs = (waves + 0.1 * draw.normal(size=waves.shape)).astype(np.float32)
    frame = None
    if task.table:
        known = [["red", "green", "blue", "none"][k] for k in kind]
        frame = pd.DataFrame({
            'a "name" : [1]': pd.Categorical(known, ["red", "green", "blue", "none"]),
            "size": kind * 2.0 + 0.3 * draw.normal(size=count),
            "noise": draw.normal(size=count),
        })  # fmt: skip
        frame.iloc[0, 0] = frame.iloc[1, 1] = None
    targets = {
        Classes: kind,
        Scalar: kind.astype(np.float32) - 1,
        MultiLabel: np.eye(3, dtype=np.float32)[kind],
    }[type(task.target)]
    return Rows(inputs=inputs, targets=targets, frame=frame)


def _problem(name: str, task: Task, rows: Rows, *, epochs: int = 3) -> Problem:
    few = {"epochs": epochs, "batch_size": 16, "width": 4, "modes": 4, "learning_rate": 1e-2}
    own = PEERS[name].settings
    trivial = no_change(task.input_shape)
    return Problem(
        rows=rows,
        target=task.target,
        settings={**own, **{key: value for key, value in few.items() if key in own}},
        seed=0,
        threads=1,
        device=torch.device("cpu"),
        constants=(trivial, trivial),
        body="minilm" if PEERS[name].on_body else "none",
    )


@pytest.fixture(autouse=True)
def toy_bodies(monkeypatch):
    """Bodies of a few thousand random weights stand for those of published ones."""

    def load(name, *, settings, generator, **_):
        return BODIES[name].load(None, settings=settings, generator=generator, toy=True)

    monkeypatch.setattr(body_features, "load_body", load)


@pytest.mark.parametrize(("name", "kind"), SOLVED)
def test_a_peer_solves_a_plain_problem(name, kind):
    task = KINDS[kind]
    predict = PEERS[name].fit(_problem(name, task, _rows(task, 48, 0), epochs=30))
    new = _rows(task, 12, 1)
    found = np.asarray(predict(new), np.float32)
    assert found.shape == (12, *task.target.shape) or found.shape == (12, task.target.outputs)
    metric = {
        Classes: "accuracy_pct", Scalar: "rmse", MultiLabel: "one_minus_map", Field: "nrmse",
    }[type(task.target)]  # fmt: skip
    error = METRICS[metric].error(METRICS[metric].compute(found, new.targets))
    most = {Classes: 25, Scalar: 0.5, MultiLabel: 0.3, Field: 0.5}[type(task.target)]
    assert error < most or (name in FLOOR and error < 1.2)


@every_ready
def test_a_peer_predicts_each_sample_by_itself_and_alike_with_equal_seeds(name, kind):
    task = KINDS[kind]
    rows, new = _rows(task, 24, 0), _rows(task, 6, 1)
    predict, again = (PEERS[name].fit(_problem(name, task, rows)) for _ in range(2))
    first = predict(new)
    np.testing.assert_array_equal(first, again(new))
    turned = predict(new.take(np.arange(6)[::-1]))[::-1]
    np.testing.assert_allclose(turned, first, atol=1e-4)


@pytest.mark.parametrize(
    "name", [n for n, k in READY if "of classes" in k and n != "training_mean"]
)
def test_a_class_that_no_row_has_is_a_class_of_the_output(name):
    kind = next(k for k in ("table of classes", "series of classes") if (name, k) in READY)
    task = KINDS[kind]
    rows = _rows(task, 36, 0)
    without = rows.take(np.flatnonzero(rows.targets != 1))
    found = PEERS[name].fit(_problem(name, task, without))(_rows(task, 9, 1))
    assert found.shape == (9, 3)
    assert (found.argmax(axis=1) != 1).all()


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_names_what_is_there(name):
    peer = PEERS[name]
    if peer.variant_of:  # it differs by its settings, by being searched, or by what it suits
        of = PEERS[peer.variant_of]
        same = {n: getattr(of, n) for n in ("title", "settings", "suits", "variant_of")}
        assert of == replace(peer, searched=False, **same)
    assert peer.searched <= bool(peer.space)
    assert set(peer.settings) <= {*peer.space, *peer.settings}
    assert any(peer.suits(task) for task in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_s_own_data_of_every_kind_stand_beside_a_peer_that_is_no_floor(kind):
    own = {axis.method for axis in TABLES["own"].columns} & set(PEERS) - set(FLOOR)
    assert any(PEERS[name].suits(KINDS[kind]) for name in own)


@pytest.mark.parametrize("name", ["frozen_linear", "frozen_boosted"])
def test_a_label_that_no_row_has_or_all_keeps_its_share(name):
    task = KINDS["series of labels"]
    rows = _rows(task, 24, 0)
    rows.targets[:, 1], rows.targets[:, 2] = 0, 1
    found = PEERS[name].fit(_problem(name, task, rows))(_rows(task, 5, 1))
    assert found.shape == (5, 3)
    assert (found[:, 1] < -13).all() and (found[:, 2] > 13).all()


def test_every_kind_of_task_has_two_peers_that_are_no_floor():
    for kind, task in KINDS.items():
        suited = [n for n in PEERS if PEERS[n].suits(task) and not PEERS[n].variant_of]
        assert len(set(suited) - set(FLOOR)) >= 2, kind


def test_a_missing_library_is_one_error_that_names_the_extra():
    peer = Peer(
        title="P", origin="", suits=lambda _: True, fit=lambda _: None, libraries=("no_such_thing",)
    )
    with pytest.raises(PeerError, match="no_such_thing is not installed") as fault:
        peer.check("p")
    assert "orca-cross-modal[peers]" in fault.value.mend
    assert searched(peer, of="p").lacks


def test_tabpfn_without_its_weights_says_where_they_go(monkeypatch, tmp_path):
    monkeypatch.setenv("TABPFN_MODEL_CACHE_DIR", str(tmp_path))
    peer = replace(PEERS["tabpfn"], libraries=())
    with pytest.raises(PeerError, match="weights are not in the library's cache") as fault:
        peer.check("tabpfn")
    assert "TABPFN_MODEL_CACHE_DIR" in fault.value.mend
    (tmp_path / "tabpfn-v2-classifier.ckpt").touch()
    assert not peer.lacks
