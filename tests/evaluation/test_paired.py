import numpy as np
import pytest

from orca.errors import DataError
from orca.evaluation import paired
from orca.evaluation.metric import METRICS
from orca.evaluation.paired import paired_difference

ERROR = METRICS["zero_one_error_pct"]
SAMPLES = 80


def predictions(labels, margin, generator, *, seeds=3, hard=0.0):
    """Logits of two classes, right by `margin` but for noise; `hard` moves a sample for all."""
    sign = 2.0 * labels - 1
    found = []
    for _ in range(seeds):
        logit = sign * (margin + hard) + generator.normal(size=len(labels))
        found.append(np.stack([np.zeros(len(labels)), logit], axis=1).astype(np.float32))
    return found


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(paired, "DRAWS", 150)


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.fixture
def labels(generator):
    return generator.integers(0, 2, SAMPLES)


def test_a_method_that_is_far_better_is_so_by_more_than_noise(labels, generator):
    good, bad = (predictions(labels, margin, generator) for margin in (2.0, 0.2))
    found = paired_difference(ERROR, good, bad, labels, generator=generator)
    assert found.beyond_noise
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(
        np.mean([ERROR.compute(p, labels) for p in bad])
        - np.mean([ERROR.compute(p, labels) for p in good])
    )


def test_better_is_above_zero_for_metrics_where_higher_is_better(labels, generator):
    good, bad = (predictions(labels, margin, generator) for margin in (2.0, 0.2))
    metric = METRICS["auroc_ovo"]
    assert paired_difference(metric, good, bad, labels, generator=generator).value > 0
    assert paired_difference(metric, bad, good, labels, generator=generator).value < 0


def test_equal_methods_are_told_apart_in_few_cases_alone():
    told = 0
    for case in range(40):
        generator = np.random.default_rng(case)
        labels = generator.integers(0, 2, 40)
        hard = generator.normal(size=40)
        one, two = (predictions(labels, 0.5, generator, hard=hard) for _ in range(2))
        told += paired_difference(ERROR, one, two, labels, generator=generator).beyond_noise
    assert told <= 5  # 5 % of 40 are 2; more than 5 are there once in 100 times


def test_what_is_hard_for_both_cancels(labels, generator):
    hard = 3 * generator.normal(size=SAMPLES)
    good = predictions(labels, 0.6, np.random.default_rng(1), hard=hard)
    bad = [p - np.float32([0, 0.8]) * (2 * labels - 1)[:, None].astype(np.float32) for p in good]
    together = paired_difference(ERROR, good, bad, labels, generator=generator)
    other = generator.permutation(SAMPLES)  # the same errors, of other samples
    strange = [np.where((labels == labels[other])[:, None], p[other], -p[other]) for p in bad]
    apart = paired_difference(ERROR, good, strange, labels, generator=generator)
    assert together.high - together.low < apart.high - apart.low


def test_one_seed_each_leaves_the_samples_noise(labels, generator):
    one, two = (predictions(labels, margin, generator, seeds=1) for margin in (1.5, 0.5))
    found = paired_difference(ERROR, one, two, labels, generator=generator)
    assert found.high > found.low
    assert found.seeds == (1, 1)


def test_a_metric_that_hardly_any_draw_defines_is_an_error(generator):
    labels = np.array([0, 1, 2, 2, 2, 2])
    same = [np.eye(3, dtype=np.float32)[labels]]
    with pytest.raises(DataError, match="more test samples"):
        paired_difference(METRICS["auroc_ovo"], same, same, labels, generator=generator)
