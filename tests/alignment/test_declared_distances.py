"""The contract of every declared distance."""

import numpy as np
import pytest
import torch

from orca.alignment.algorithm import distance_calls
from orca.alignment.distance import DISTANCES
from orca.alignment.euclidean import euclidean_paired
from orca.alignment.features import SourceFeatures
from orca.errors import FeatureError, SettingsError

every_distance = pytest.mark.parametrize("name", list(DISTANCES))


def seeded():
    return torch.Generator().manual_seed(0)


class Prepared:
    """A distance with its settings, source and terms, ready to be called."""

    def __init__(self, name, dtype=torch.float32):
        generator = torch.Generator().manual_seed(1)
        self.declared = DISTANCES[name]
        self.settings = self.declared.read_settings({}, where="test")
        labels = torch.arange(60) % 3
        features = torch.randn(60, 5, generator=generator, dtype=dtype) + labels[:, None]
        self.source = SourceFeatures.of(features, labels + 4)
        self.target = torch.randn(24, 5, generator=generator, dtype=dtype) + 2
        several = self.declared.sees == "all_classes"
        self.labels = torch.arange(24) % 2 if several else torch.zeros(24, dtype=torch.long)
        self.computation = self.declared.load()
        self.terms = self.computation.source_terms(self.source, self.settings)

    def call(self, which, target=None):
        target = self.target if target is None else target
        compute = getattr(self.computation, which)
        return compute(target, self.labels, self.source, self.terms, self.settings, seeded())

    def gradient(self, which):
        target = self.target.clone().requires_grad_()
        self.call(which, target).backward()
        return target.grad


@every_distance
def test_loss_and_value_have_one_gradient(name):
    prepared = Prepared(name, torch.float64)
    loss, value = prepared.gradient("loss"), prepared.gradient("value")
    # The official schedule starts from the label distances, which the loss leaves out.
    assert (loss - value).norm() <= 5e-3 * value.norm()


@every_distance
def test_following_the_gradient_lowers_the_value(name):
    prepared = Prepared(name, torch.float64)
    gradient = prepared.gradient("loss")
    ahead = prepared.target - 0.05 * gradient / gradient.abs().amax()
    assert prepared.call("value", ahead) < prepared.call("value")


@every_distance
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_keeps_type_and_changes_nothing_it_is_given(name, dtype):
    prepared = Prepared(name, dtype)
    before = prepared.target.clone(), prepared.source.features.clone()
    terms = {key: term.clone() for key, term in prepared.terms.items()}
    value = prepared.call("value")
    assert value.dtype == dtype
    assert value.shape == ()
    torch.testing.assert_close(prepared.target, before[0], rtol=0, atol=0)
    torch.testing.assert_close(prepared.source.features, before[1], rtol=0, atol=0)
    torch.testing.assert_close(dict(prepared.terms), terms, rtol=0, atol=0)


@every_distance
def test_gives_the_same_twice_from_the_same_generator(name):
    prepared = Prepared(name)
    assert torch.equal(prepared.call("loss"), prepared.call("loss"))
    assert torch.equal(prepared.gradient("loss"), prepared.gradient("loss"))


@every_distance
def test_terms_are_tensors_that_a_file_can_hold(name):
    for term in Prepared(name).terms.values():
        assert isinstance(term, torch.Tensor)
        assert term.is_contiguous()
        assert not term.requires_grad


@every_distance
def test_an_unknown_setting_is_refused_and_the_known_ones_offered(name):
    with pytest.raises(SettingsError, match="there is no key 'regg'") as raised:
        DISTANCES[name].read_settings({"regg": 1}, where="hyperparameters.yaml")
    assert raised.value.where == "hyperparameters.yaml, regg"
    known = list(DISTANCES[name].settings.model_fields)
    offered = {"reg"} & set(known) or known or ["leave it out"]
    assert all(key in raised.value.mend for key in offered)


def test_the_paired_distance_is_the_mean_over_full_batches_over_all_batches():
    source, target = torch.zeros(10, 2), torch.full((4, 2), 1.0)
    # Two full batches of four and a short one: 2 / 3 of the mean distance.
    value = euclidean_paired(source, target, generator=seeded())
    assert value.item() == pytest.approx(2**0.5 * 2 / 3)
    longer = euclidean_paired(source[:3], target, generator=seeded())
    assert longer.item() == pytest.approx(2**0.5)


def test_calls_are_by_class_with_shares_as_weights():
    labels = np.array([5] * 6 + [2] * 2 + [9] * 2)
    calls = list(distance_calls(labels, sees="one_class", size=4, rounds=3, generator=seeded()))
    assert len(calls) == 9
    assert sum(call.weight for call in calls) == pytest.approx(1)
    for call in calls:
        (label,) = np.unique(labels[call.samples])
        assert call.weight == pytest.approx((labels == label).mean() / 3)
        assert not call.labels.any()
        assert len(np.unique(call.samples)) == len(call.samples) == min(4, (labels == label).sum())


@pytest.mark.parametrize("sees", ["one_class", "all_classes"])
def test_without_single_samples_a_class_of_one_is_left_out_and_the_others_keep_their_weights(sees):
    labels = np.array([5] * 6 + [2] + [9] * 3)
    with_all, without = (
        list(
            distance_calls(
                labels, sees=sees, size=4, rounds=2, generator=seeded(), single_samples=single
            )
        )
        for single in (True, False)
    )
    seen = [set(np.concatenate([call.samples for call in calls])) for calls in (with_all, without)]
    assert 6 in seen[0]
    assert 6 not in seen[1]
    if sees == "one_class":
        by_class = {int(labels[call.samples[0]]): call.weight for call in without}
        assert by_class == pytest.approx({5: 0.6 / 2, 9: 0.3 / 2})


def test_where_no_class_has_two_samples_leaving_them_out_is_an_error():
    calls = distance_calls(
        np.arange(4), sees="one_class", size=4, rounds=1, generator=seeded(), single_samples=False
    )
    with pytest.raises(FeatureError, match="only one of its class(?s:.)*`_released`"):
        list(calls)


def test_a_distance_of_all_classes_gets_a_rounds_samples_together():
    labels = np.array([5] * 6 + [2] * 2 + [9] * 2)
    calls = list(distance_calls(labels, sees="all_classes", size=4, rounds=2, generator=seeded()))
    assert [call.weight for call in calls] == [0.5, 0.5]
    for call in calls:
        assert len(call.samples) == 8
        assert (np.unique(labels)[call.labels] == labels[call.samples]).all()
