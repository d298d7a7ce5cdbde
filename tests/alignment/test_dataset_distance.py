import numpy as np
import ot
import pytest
import torch

from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.otdd import distance_to_source, otdd, source_terms
from orca.alignment.points import PointsByClass, Sides
from orca.alignment.transport import transport, transport_to_itself, uniform
from orca.errors import FeatureError, SettingsError


def labelled(count, width, classes, *, seed, shift=0.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (count,), generator=generator)
    points = torch.randn(count, width, generator=generator, dtype=dtype) + labels[:, None]
    return points + shift, labels


def augmented_emd(source, source_labels, target, target_labels):
    """POT's exact cost of the full augmented problem, label distances by POT too."""
    sets = [source[source_labels == k] for k in source_labels.unique()]
    sets += [target[target_labels == k] for k in target_labels.unique()]
    between = np.array([[ot.emd2([], [], ot.dist(a, b)) for b in sets] for a in sets])
    between -= np.diag(np.diag(between))
    rows = source_labels.numpy()
    columns = target_labels.numpy() + len(source_labels.unique())
    cost = (ot.dist(source.numpy(), target.numpy()) + between[rows][:, columns]) / 2
    return ot.emd2([], [], cost, numItermax=10_000_000)


@pytest.mark.parametrize(("n", "m"), [(40, 25), (500, 120), (300, 500)])
@pytest.mark.parametrize("target_classes", [1, 3])
def test_unregularised_distance_is_pots_on_the_full_augmented_cost(n, m, target_classes):
    source, source_labels = labelled(n, 5, 4, seed=0)
    target, target_labels = labelled(m, 5, target_classes, seed=1, shift=0.7)
    ours = otdd(source, source_labels, target, target_labels, solver="emd")
    expected = augmented_emd(source, source_labels, target, target_labels)
    assert ours.item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("schedule", ["official", "converged"])
def test_for_one_target_class_source_labels_never_reach_the_gradient(schedule):
    """The official objective's gradient is that of label-free debiased Sinkhorn."""
    source, labels = labelled(80, 6, 4, seed=0)
    target, _ = labelled(30, 6, 1, seed=1, shift=0.5)
    target.requires_grad_()
    otdd(source, labels, target, schedule=schedule, tolerance=1e-9).backward()

    settings = OtddSettings(schedule=schedule, tolerance=1e-9)
    x, y, known = source, target.detach(), SourceFeatures.of(source, labels)
    alone = PointsByClass(y - known.centre, torch.zeros(len(y), dtype=torch.long))
    sides = Sides(PointsByClass(x - known.centre, labels * 0), alone, 2)
    start = [Sides(known.classes, alone, 2).start]
    plan = transport(uniform(sides.cost), settings, start=start, with_plan=True).plan
    own = transport_to_itself(uniform(sides.own_cost), settings, start=start, with_plan=True).plan
    plain = own @ y - plan @ x  # of what each y moves away from the others and towards x
    cosine = torch.nn.functional.cosine_similarity(target.grad.flatten(), plain.flatten(), dim=0)
    assert cosine > 1 - 1e-5

    shuffled = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(2))]
    again = target.detach().clone().requires_grad_()
    otdd(source, shuffled, again, schedule=schedule, tolerance=1e-9).backward()
    # Short of convergence the labels' share of the first step is not quite forgotten.
    bound = 5e-3 if schedule == "official" else 1e-6
    assert (again.grad - target.grad).norm() <= bound * target.grad.norm()


@pytest.mark.parametrize("inner", ["exact", "gaussian"])
@pytest.mark.parametrize("one_class", [True, False])
def test_what_a_step_descends_has_the_gradient_of_the_whole_distance(inner, one_class):
    settings = OtddSettings(inner=inner, label_gradient=inner == "gaussian", tolerance=1e-10)
    source = SourceFeatures.of(*labelled(80, 6, 4, seed=0))
    target, labels = labelled(30, 6, 3, seed=1, shift=0.5)
    labels = labels * 0 if one_class else labels
    terms = source_terms(source, settings)
    gradients = []
    for whole in (True, False):
        moved = target.clone().requires_grad_()
        distance_to_source(source, moved, labels, terms, settings, whole=whole).backward()
        gradients.append(moved.grad)
    torch.testing.assert_close(*gradients, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("inner", ["exact", "gaussian"])
def test_without_single_samples_the_source_is_its_classes_of_several(inner):
    """As the official OTDD, which drops labels that fewer than two source samples have."""
    source, labels = labelled(80, 6, 4, seed=0)
    one = torch.full((1, 6), 9.0, dtype=source.dtype)
    more, more_labels = torch.cat([source, one]), torch.cat([labels, torch.tensor([7])])
    target, _ = labelled(30, 6, 1, seed=1, shift=0.5)
    found = {}
    for case, given in {
        "left out": (more, more_labels, False), "not there": (source, labels, True),
        "takes part": (more, more_labels, True), "none to leave out": (source, labels, False),
    }.items():  # fmt: skip
        moved = target.clone().requires_grad_()
        points, classes, single = given
        value = otdd(
            points, classes, moved, inner=inner, schedule="official", single_samples=single
        )
        value.backward()
        found[case] = torch.cat([value.detach().reshape(1), moved.grad.flatten()])
    assert torch.equal(found["left out"], found["not there"])
    assert torch.equal(found["none to leave out"], found["not there"])
    assert (found["takes part"] - found["not there"])[0].abs() > 1e-3


def test_a_source_without_two_samples_of_a_class_is_refused_where_single_ones_do_not_count():
    source, _ = labelled(4, 6, 1, seed=0)
    with pytest.raises(FeatureError, match="only one of its class(?s:.)*single_samples: true"):
        otdd(source, torch.arange(4), source, single_samples=False)


def test_regularised_distance_tends_to_the_exact_one():
    source, labels = labelled(60, 3, 3, seed=0)
    target, _ = labelled(30, 3, 1, seed=1, shift=2.0)
    exact = otdd(source, labels, target, solver="emd").item()
    errors = [abs(otdd(source, labels, target, reg=reg).item() - exact) for reg in (1.0, 0.1, 0.01)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 2e-3 * exact


@pytest.mark.parametrize("reg", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("schedule", ["official", "converged"])
def test_a_tiny_regularisation_stays_finite_in_float32_and_near_the_exact_distance(reg, schedule):
    source, labels = labelled(60, 8, 3, seed=0, dtype=torch.float32)
    target, _ = labelled(20, 8, 1, seed=1, shift=5.0, dtype=torch.float32)
    target.requires_grad_()
    value = otdd(source, labels, target, reg=reg, schedule=schedule)
    value.backward()
    assert target.grad.isfinite().all()
    exact = otdd(source, labels, target.detach(), solver="emd")
    assert value.item() == pytest.approx(exact.item(), rel=0.05)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a | {"target": a["target"][:0]}, "no features"),
        (lambda a: a | {"source": a["source"][:0]}, "no features"),
        (lambda a: a | {"target": a["target"][:, :2]}, "width 2 beside the source's 3"),
        (lambda a: a | {"target": a["target"].float()}, "type torch.float32 beside"),
        (lambda a: a | {"target": a["target"] / 0}, "NaN or infinity"),
        (lambda a: a | {"source": a["source"] * torch.nan}, "NaN or infinity"),
        (lambda a: a | {"source_labels": a["source_labels"] + 0.5}, "labels of type"),
        (lambda a: a | {"source_labels": a["source_labels"][1:]}, "labels of shape"),
        (lambda a: a | {"target": a["target"][0]}, "shape"),
        (lambda a: a | {"target": a["target"].long()}, "torch.int64"),
    ],
)
def test_features_that_cannot_be_compared_are_refused(change, says):
    source, labels = labelled(10, 3, 2, seed=0)
    target, _ = labelled(4, 3, 1, seed=1)
    arguments = change({"source": source, "source_labels": labels, "target": target})
    with pytest.raises(FeatureError, match=says):
        otdd(**arguments)


def test_gaussians_with_p_of_1_are_refused():
    source, labels = labelled(10, 3, 2, seed=0)
    with pytest.raises(SettingsError, match="squared, but p is 1"):
        otdd(source, labels, source, inner="gaussian", p=1)
