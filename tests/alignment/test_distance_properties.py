"""What is true of every distance, on sets drawn at random."""

from functools import partial

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from orca.alignment.euclidean import euclidean
from orca.alignment.mmd import mmd
from orca.alignment.otdd import otdd
from orca.alignment.sliced_wasserstein import sliced_wasserstein

FINE = 1e-6  # tolerance of Sinkhorn's marginals where values are compared closely


def unlabelled(distance):
    return lambda source, source_labels, target, target_labels: distance(source, target)


def sliced(source, target):
    return sliced_wasserstein(source, target, generator=torch.Generator().manual_seed(3))


OTDD = {
    "otdd": partial(otdd, tolerance=FINE),
    "otdd_with_label_gradient": partial(otdd, tolerance=FINE, label_gradient=True),
    "otdd_official": partial(otdd, schedule="official"),
    "otdd_gaussian": partial(otdd, tolerance=FINE, inner="gaussian"),
    "otdd_p1": partial(otdd, tolerance=FINE, p=1),
    "otdd_emd": partial(otdd, solver="emd"),
}
ALL = OTDD | {name: unlabelled(d) for name, d in (("mmd", mmd), ("euclidean", euclidean))}
ALL["sliced_wasserstein"] = unlabelled(sliced)
every_distance = pytest.mark.parametrize("distance", ALL.values(), ids=ALL.keys())
every_otdd = pytest.mark.parametrize("distance", OTDD.values(), ids=OTDD.keys())


@st.composite
def labelled_sets(draw, *, widths=(1, 2, 7, 1024), most=9):
    """Draw source features and labels, target features and labels; some classes of one sample."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    width = draw(st.sampled_from(widths))
    sets = []
    for shift in (0.0, draw(st.sampled_from([0.0, 0.5, 4.0]))):
        sizes = draw(st.lists(st.integers(1, most), min_size=1, max_size=3))
        labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
        if len(labels) < 2:
            labels = torch.cat([labels, labels])
        points = torch.randn(len(labels), width, generator=generator, dtype=torch.float64)
        points = points * (1.5 / width**0.5) + labels[:, None] + shift
        sets += [points, labels]
    return tuple(sets)


some_sets = settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)


@every_distance
@some_sets
@given(labelled_sets())
def test_is_zero_between_a_set_and_itself(distance, sets):
    points, labels, _, _ = sets
    value = distance(points, labels, points, labels)
    # Annealing alone, by schedules that differ a little between the terms, ends less exactly.
    bound = 1e-3 if distance is OTDD["otdd_official"] else 2e-5
    assert value == pytest.approx(0, abs=bound)


@every_distance
@some_sets
@given(labelled_sets())
def test_is_not_negative(distance, sets):
    assert distance(*sets) > -2e-5


@every_distance
@some_sets
@given(labelled_sets())
def test_is_symmetric(distance, sets):
    source, source_labels, target, target_labels = sets
    forth = distance(source, source_labels, target, target_labels)
    back = distance(target, target_labels, source, source_labels)
    torch.testing.assert_close(forth, back, rtol=1e-3, atol=1e-4)


@every_distance
@some_sets
@given(labelled_sets(), st.integers(0, 2**32))
def test_sees_neither_the_order_of_samples_nor_the_names_of_classes(distance, sets, seed):
    generator = torch.Generator().manual_seed(seed)
    changed = []
    for points, labels in (sets[:2], sets[2:]):
        order = torch.randperm(len(points), generator=generator)
        names = 7 * torch.randperm(3, generator=generator) - 5
        changed += [points[order], names[labels[order]]]
    torch.testing.assert_close(distance(*changed), distance(*sets), rtol=1e-4, atol=1e-5)


@every_distance
@some_sets
@given(labelled_sets())
def test_does_not_change_when_both_sets_are_shifted_alike(distance, sets):
    source, source_labels, target, target_labels = sets
    shifted = distance(source + 3, source_labels, target + 3, target_labels)
    torch.testing.assert_close(shifted, distance(*sets), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["otdd", "otdd_gaussian", "otdd_emd"])
@some_sets
@given(labelled_sets())
def test_squared_costs_change_with_a_shift_of_the_target_as_their_means_do(name, sets):
    source, source_labels, target, _ = sets
    shift = torch.linspace(-1, 1, source.shape[1], dtype=source.dtype)
    before, after = (OTDD[name](source, source_labels, t) for t in (target, target + shift))
    apart = target.mean(dim=0) - source.mean(dim=0)
    expected = before + 2 * shift @ apart + shift @ shift  # features and labels, each once
    torch.testing.assert_close(after, expected, rtol=1e-4, atol=1e-4)


@every_distance
@some_sets
@given(labelled_sets())
def test_has_a_finite_gradient_where_points_coincide(distance, sets):
    points, labels, _, _ = sets
    points = torch.cat([points, points[:1], points[:1]])
    labels = torch.cat([labels, labels[:1], labels[:1]])
    target = points.clone().requires_grad_()
    distance(points, labels, target, labels).backward()
    assert target.grad.isfinite().all()


@pytest.mark.parametrize(
    "name",
    [
        "otdd_with_label_gradient",
        "otdd_gaussian",
        "otdd_p1_with_label_gradient",
        "otdd_emd_with_label_gradient",
        "euclidean",
        "sliced_wasserstein",
    ],
)
@pytest.mark.parametrize("one_class", [True, False], ids=["one_class", "all_classes"])
@settings(some_sets, max_examples=3)
@given(labelled_sets(widths=(1, 3), most=5))
def test_gradient_is_that_of_finite_differences(name, one_class, sets):
    fine = {"tolerance": 1e-9, "label_gradient": True}
    distance = {
        "otdd_with_label_gradient": partial(otdd, **fine),
        "otdd_gaussian": partial(otdd, inner="gaussian", **fine),
        "otdd_p1_with_label_gradient": partial(otdd, p=1, **fine),
        "otdd_emd_with_label_gradient": partial(otdd, solver="emd", **fine),
    }.get(name) or ALL[name]
    source, source_labels, target, target_labels = sets
    mixed = torch.randperm(len(target), generator=torch.Generator().manual_seed(2))
    target, target_labels = target[mixed], target_labels[mixed]  # classes in no order
    labels = torch.zeros_like(target_labels) if one_class else target_labels
    moved = target.clone().requires_grad_()
    distance(source, source_labels, moved, labels).backward()
    direction = torch.randn(target.shape, generator=torch.Generator().manual_seed(1)).double()
    step = 1e-5
    ahead, behind = (
        distance(source, source_labels, target + sign * step * direction, labels)
        for sign in (1, -1)
    )
    slope = (moved.grad * direction).sum()
    torch.testing.assert_close(slope, (ahead - behind) / (2 * step), rtol=1e-3, atol=1e-5)


@every_otdd
def test_holds_for_very_unbalanced_classes(distance):
    generator = torch.Generator().manual_seed(0)
    source, target = (torch.randn(n, 4, generator=generator) for n in (200, 30))
    labels = torch.zeros(200, dtype=torch.long)
    labels[0] = 1
    target = target.requires_grad_()
    value = distance(source, labels, target)
    value.backward()
    assert value.isfinite()
    assert target.grad.isfinite().all()
