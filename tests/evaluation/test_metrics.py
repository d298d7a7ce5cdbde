"""Each metric against scikit-learn, torchmetrics, or its formula written out."""

import math
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from torchmetrics.functional.classification import multilabel_auroc, multilabel_average_precision

from orca.errors import DataError, TrainingError
from orca.evaluation import ranking
from orca.evaluation.metric import METRICS
from orca.evaluation.ranking import area_under_roc, average_precision
from orca.evaluation.score import Score

rng = np.random.default_rng(0)


def compute(name, predicted, target):
    return METRICS[name].compute(predicted, target)


@pytest.fixture
def classes():
    target = np.r_[np.arange(5), rng.integers(0, 5, 300)]
    return rng.normal(size=(305, 5)) + 1.5 * np.eye(5)[target], target


@pytest.fixture
def labels():
    target = (rng.random((200, 7)) < 0.3).astype(np.uint8)
    predicted = np.round(rng.normal(size=(200, 7)) + target, 1)  # with ties
    return predicted, target


@pytest.fixture
def masks():
    truth = rng.random((4, 1, 6, 5)) < 0.4
    predicted = rng.normal(size=truth.shape) + truth
    ignored = rng.random(truth.shape) < 0.3
    target = np.concatenate([truth, ignored], axis=1).astype(np.uint8)
    return predicted, target, truth, ignored


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=40).filter(
        lambda rows: len({positive for _, positive in rows}) == 2
    )
)
def test_areas_under_curves_agree_with_scikit_learn_also_with_ties(rows):
    scores = np.array([score for score, _ in rows], float)
    positive = np.array([positive for _, positive in rows])
    assert area_under_roc(scores, positive) == pytest.approx(sk.roc_auc_score(positive, scores))
    assert average_precision(scores, positive) == pytest.approx(
        sk.average_precision_score(positive, scores)
    )


def test_errors_of_classes_agree_with_scikit_learn(classes):
    predicted, target = classes
    accuracy = sk.accuracy_score(target, predicted.argmax(axis=1))
    assert compute("accuracy_pct", predicted, target) == pytest.approx(100 * accuracy)
    assert compute("zero_one_error_pct", predicted, target) == pytest.approx(100 * (1 - accuracy))
    assert compute("accuracy", predicted, target) == pytest.approx(accuracy)
    balanced = sk.balanced_accuracy_score(target, predicted.argmax(axis=1))
    assert compute("balanced_accuracy", predicted, target) == pytest.approx(balanced)
    chances = torch.from_numpy(predicted).softmax(dim=1).numpy()
    assert compute("log_loss", predicted, target) == pytest.approx(sk.log_loss(target, chances))
    f1 = sk.f1_score(target, predicted.argmax(axis=1), average="macro")
    assert compute("f1", predicted, target) == pytest.approx(f1)
    assert compute("one_minus_f1", predicted, target) == pytest.approx(1 - f1)


@pytest.mark.parametrize("count", [2, 5])
def test_auroc_of_pairs_of_classes_agrees_with_scikit_learn(classes, count):
    predicted, target = classes
    kept = target < count
    predicted, target = predicted[kept, :count], target[kept]
    chances = torch.from_numpy(predicted).softmax(dim=1).numpy()
    expected = (
        sk.roc_auc_score(target, chances[:, 1])
        if count == 2
        else sk.roc_auc_score(target, chances, multi_class="ovo")
    )
    assert compute("auroc_ovo", predicted, target) == pytest.approx(expected)
    assert compute("auroc", predicted, target) == pytest.approx(expected)
    assert compute("one_minus_auroc_ovo", predicted, target) == pytest.approx(1 - expected)


def test_f1_of_two_classes_is_that_of_the_second(classes):
    predicted, target = classes[0][:, :2], classes[1] % 2
    expected = sk.f1_score(target, predicted.argmax(axis=1))
    assert compute("f1", predicted, target) == pytest.approx(expected)


def test_errors_of_numbers_agree_with_scikit_learn():
    predicted, target = rng.normal(size=(2, 50, 2)) * [1, 100] + 3
    r2 = sk.r2_score(target, predicted)
    assert compute("r2", predicted, target) == pytest.approx(r2)
    assert compute("one_minus_r2", predicted, target) == pytest.approx(1 - r2)
    predicted, target = predicted[:, 0], target[:, 0]
    assert compute("mae", predicted, target) == pytest.approx(
        sk.mean_absolute_error(target, predicted)
    )
    assert compute("rmse", predicted, target) == pytest.approx(
        sk.root_mean_squared_error(target, predicted)
    )


def test_metrics_of_labels_agree_with_torchmetrics(labels):
    predicted, target = labels
    tensors = torch.from_numpy(predicted).sigmoid(), torch.from_numpy(target).long()
    auroc = float(multilabel_auroc(*tensors, num_labels=7))
    precision = float(multilabel_average_precision(*tensors, num_labels=7))
    assert compute("one_minus_auroc", predicted, target) == pytest.approx(1 - auroc, abs=1e-6)
    assert compute("auroc", predicted, target) == pytest.approx(auroc, abs=1e-6)
    f1 = sk.f1_score(target, predicted > 0, average="macro")
    assert compute("f1", predicted, target) == pytest.approx(f1)
    assert compute("one_minus_map", predicted, target) == pytest.approx(1 - precision, abs=1e-6)


def test_a_label_that_is_never_positive_does_not_count(labels):
    predicted, target = labels
    target = target.copy()
    target[:, 3] = 0
    others = np.delete(np.arange(7), 3)
    for name in ("one_minus_auroc", "one_minus_map"):
        without = compute(name, predicted[:, others], target[:, others])
        assert compute(name, predicted, target) == pytest.approx(without)
    with pytest.raises(DataError, match="no label has both"):
        compute("one_minus_auroc", predicted, np.zeros_like(target))


def test_the_area_of_points_leaves_out_those_that_do_not_count(masks):
    predicted, target, truth, ignored = masks
    expected = 1 - sk.roc_auc_score(truth[~ignored], predicted[~ignored])
    assert compute("one_minus_auroc", predicted, target) == pytest.approx(expected)
    everywhere = 1 - sk.roc_auc_score(truth.ravel(), predicted.ravel())
    assert compute("one_minus_auroc", predicted, target[:, :1]) == pytest.approx(everywhere)


def test_the_official_area_of_masks_is_one_minus_balanced_accuracy(masks):
    predicted, target, truth, ignored = masks
    cut = (predicted > 0) & ~ignored
    expected = 1 - sk.balanced_accuracy_score((truth & ~ignored).ravel(), cut.ravel())
    assert compute("one_minus_auroc_official", predicted, target) == pytest.approx(expected)


def test_relative_errors_are_their_formulas():
    predicted, target = rng.normal(size=(2, 9, 3, 8))
    ratios = [
        np.linalg.norm(p - t) / np.linalg.norm(t) for p, t in zip(predicted, target, strict=True)
    ]
    assert compute("relative_l2", predicted, target) == pytest.approx(np.mean(ratios))
    assert compute("nrmse", predicted, target) == pytest.approx(np.mean(ratios))
    by_channel = [
        math.sqrt(((predicted[n, c] - target[n, c]) ** 2).mean() / (target[n, c] ** 2).mean())
        for n in range(9)
        for c in range(3)
    ]
    assert compute("nrmse_per_channel", predicted, target) == pytest.approx(np.mean(by_channel))
    roots = [math.sqrt(((p - t) ** 2).mean()) for p, t in zip(predicted, target, strict=True)]
    assert compute("rmse", predicted, target) == pytest.approx(np.mean(roots))


@pytest.mark.parametrize("lengths", [(40, 30, 20), (30, 40, 20)])  # the last has no such pair
@pytest.mark.parametrize("name", ["mae8", "mae8_official"])
def test_mae8_is_its_definition_pair_by_pair(name, lengths):
    draw = np.random.default_rng(0)
    predicted = draw.uniform(-1, 20, size=(3, 1, 48, 48))
    distances = draw.uniform(3, 20, size=(3, 48, 48))
    target = np.zeros((3, 2, 48, 48))
    expected = []
    for number, length in enumerate(lengths):
        target[number, 0] = distances[number]
        target[number, 1, length:] = target[number, 1, :, length:] = 1
        errors = []
        scored = min(length, lengths[0]) if name == "mae8_official" else length
        for i in range(scored):
            for j in range(i + 24, scored):
                if distances[number, i, j] <= 8:
                    upper, lower = predicted[number, 0, i, j], predicted[number, 0, j, i]
                    guess = max((upper + lower) / 2, 0.01)
                    if name == "mae8_official":
                        guess = (guess + max(lower, 0.01)) / 2
                    errors.append(abs(guess - distances[number, i, j]))
        if errors:
            expected.append(np.mean(errors))
    assert len(expected) == 2
    assert compute(name, predicted, target) == pytest.approx(np.mean(expected))


def test_the_official_mae8_finds_the_first_protein_between_the_distances_around_it():
    draw = np.random.default_rng(1)
    predicted, target = draw.uniform(3, 8, size=(2, 1, 60, 60)), np.zeros((2, 2, 60, 60))
    for number, length in enumerate((30, 50)):
        target[number, 0] = 100.0
        inside = slice(5, 5 + length)
        target[number, 0, inside, inside] = draw.uniform(3, 8, size=(length, length))
    cut = target[:, :, 5:35, 5:35]
    expected = compute("mae8_official", predicted[:, :, 5:35, 5:35], cut)
    assert compute("mae8_official", predicted, target) == expected


def test_the_official_map_is_scikit_learn_s_of_probabilities_in_single_precision(labels):
    predicted, target = labels
    target = target.copy()
    target[:, 3] = 0  # a label without a positive
    large = 30 * predicted  # probabilities of 1 tie
    chances = torch.from_numpy(large.astype(np.float32)).sigmoid().numpy()
    others = np.delete(np.arange(7), 3)
    each = sk.average_precision_score(target[:, others], chances[:, others], average=None)
    found = compute("one_minus_map_official", large, target)
    assert found == pytest.approx(1 - each.sum() / 7)
    assert found != pytest.approx(1 - 6 / 7 * (1 - compute("one_minus_map", large, target)))


def test_chunked_metrics_are_unweighted_means_over_chunks():
    predicted, target = rng.normal(size=(2, 2300))
    chunks = [sk.r2_score(target[s : s + 1008], predicted[s : s + 1008]) for s in (0, 1008, 2016)]
    assert compute("r2_chunked", predicted, target) == pytest.approx(np.mean(chunks))


def test_chunks_of_recordings_in_order_are_shuffled_first():
    classes = np.repeat(np.arange(4), 1000)  # a chunk in order holds one class alone
    scores = np.eye(4)[np.where(rng.random(4000) < 0.7, classes, rng.integers(0, 4, 4000))]
    whole, chunked = (compute(f"one_minus_f1{way}", scores, classes) for way in ("", "_chunked"))
    assert chunked == pytest.approx(whole, abs=0.01)
    assert chunked == compute("one_minus_f1_chunked", scores, classes)


PERFECT = {
    "classes": (90.0 * np.eye(3)[[0, 1, 2, 1]], np.array([0, 1, 2, 1])),
    "labels": (np.array([[-4.0, 4.0], [3.0, -5.0]]), np.array([[0, 1], [1, 0]])),
    "fields": (np.arange(1.0, 25).reshape(4, 1, 6), np.arange(1.0, 25).reshape(4, 1, 6)),
    "maps": (np.full((1, 1, 30, 30), 5.0), np.stack([np.full((30, 30), 5.0), np.zeros((30, 30))])[None]),
}  # fmt: skip
EXAMPLE_OF = {
    "classes": "classes", "multi_label": "labels", "binary_field": "labels", "masked_field": "maps",
    "scalar": "fields", "field": "fields",
}  # fmt: skip


def perfect(name):
    return PERFECT[EXAMPLE_OF[METRICS[name].kinds[0]]]


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_perfect_prediction_has_no_error_and_a_spoilt_one_has_some(name):
    predicted, target = perfect(name)
    metric = METRICS[name]
    assert metric.error(metric.compute(predicted, target)) == pytest.approx(0, abs=1e-9)
    assert metric.error(metric.compute(-predicted, target)) > 0


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_prediction_that_is_no_number_is_named(name):
    predicted, target = perfect(name)
    spoilt = predicted.copy()
    spoilt[-1] = np.nan
    with pytest.raises(TrainingError, match=f"sample {len(spoilt) - 1}.*\n?.*not a finite"):
        METRICS[name].compute(spoilt, target)


def test_metrics_that_are_not_defined_say_so():
    predicted, target = PERFECT["classes"]
    with pytest.raises(DataError, match="no sample of class 2"):
        compute("auroc_ovo", predicted[:2], target[:2])
    zero = np.zeros((2, 1, 6))
    with pytest.raises(DataError, match="zero everywhere"):
        compute("nrmse", zero, zero)
    with pytest.raises(DataError, match="all targets are equal"):
        compute("r2", zero, zero)
    with pytest.raises(DataError, match="metric that knows of masks"):
        compute("rmse", zero, np.zeros((2, 2, 6)))
    with pytest.raises(DataError, match="no protein has a pair"):
        compute("mae8", np.zeros((1, 1, 9, 9)), np.zeros((1, 2, 9, 9)))


OF_FIELDS = ["mae", "rmse", "nrmse", "nrmse_per_channel", "r2"]


@pytest.mark.parametrize("name", OF_FIELDS)
def test_a_metric_of_fields_is_the_same_in_blocks_as_at_once(name, monkeypatch):
    predicted, target = rng.normal(size=(2, 50, 2, 7, 7)).astype(np.float32)
    whole = compute(name, predicted, target)
    monkeypatch.setattr("orca.evaluation.fields.BLOCK_BYTES", 3000)
    assert compute(name, predicted, target) == pytest.approx(whole, rel=1e-14)


def extra_memory(name, predicted, target):
    """Return what a metric takes at most beside its arguments, in sizes of the predictions."""
    tracemalloc.start()
    compute(name, predicted, target)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / predicted.nbytes


@pytest.mark.parametrize("name", OF_FIELDS)
def test_a_metric_of_fields_takes_little_memory_beside_the_predictions(name):
    predicted, target = rng.normal(size=(2, 3000, 2, 32, 32)).astype(np.float32)
    assert extra_memory(name, predicted, target) < 0.3


@pytest.mark.parametrize("kind", ["binary_field", "masked_binary_field"])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_a_metric_of_points_takes_little_memory_beside_the_predictions(kind, share):
    predicted = rng.normal(size=(1500, 1, 64, 64)).astype(np.float32)
    target = np.empty((1500, 1 + kind.startswith("masked"), 64, 64), np.float32)
    target[:, :1], target[:, 1:] = rng.random(predicted.shape) < share, 0
    chunk = 2 * 1008 / 1500  # predictions and targets of a chunk are copied
    names = [name for name in METRICS if kind in METRICS[name].kinds]
    assert len(names) >= 2
    for name in names:
        most = 0.4 + (chunk if name.endswith("_chunked") else 0.0)
        assert extra_memory(name, predicted, target) < most


@pytest.mark.parametrize("held", [1, 7, 1000])
def test_an_area_is_the_same_however_many_scores_are_sorted_at_once(held, masks, monkeypatch):
    predicted, target, *_ = masks
    predicted = predicted.round(1)
    whole = compute("one_minus_auroc", predicted, target)
    monkeypatch.setattr(ranking, "HELD", held)
    monkeypatch.setattr("orca.evaluation.fields.BLOCK_BYTES", 300)
    assert compute("one_minus_auroc", predicted, target) == whole


def test_no_metric_of_a_score_is_better_than_perfect():
    told = {"task_digest": "x", "selection": "x", "hyperparameters": "x", "metric": "rmse"}
    run = {"task": "a", "body": "b", "method": "c", "seed": 0}
    with pytest.raises(ValueError, match="1.5 is better than perfect, 1, for r2"):
        Score(**run, **told, value=0.1, metrics={"r2": 1.5})
