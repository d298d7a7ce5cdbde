import numpy as np
import ot
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from orca.alignment import sinkhorn
from orca.alignment import transport as transport_module
from orca.alignment.annealing import anneal, official_steps, side_by_side
from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.otdd import otdd
from orca.alignment.points import LARGE, Points, PointsByClass, feature_cost
from orca.alignment.sinkhorn import Kernel, log_sums_in_logarithms, plan_in_logarithms
from orca.alignment.transport import (
    ON_GPU,
    ONE_BY_ONE,
    BatchLimits,
    problem_batches,
    transport,
    transport_between_classes,
    transport_within_classes,
    uniform,
)


def solver(reg=0.1, *, tolerance=1e-8, **settings):
    return OtddSettings(reg=reg, tolerance=tolerance, **settings)


def points(count, *, seed, width=3, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, width, generator=generator, dtype=dtype)


def classes(sizes, *, seed, shift=0.0):
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    return PointsByClass(points(len(labels), seed=seed) + labels[:, None] * 1.5 + shift, labels)


def two_sets(dtype=torch.float64):
    x, y = points(30, seed=0), points(20, seed=1) + 1
    return uniform(feature_cost(x, Points(y), p=2).to(dtype))


def test_converged_plan_and_cost_are_pots():
    problem = two_sets()
    found = transport(problem, solver(), start=[50.0], with_plan=True)
    expected = ot.sinkhorn(
        *(mass.numpy() for mass in problem.split(problem.masses)),
        problem.cost.numpy(),
        0.1,
        method="sinkhorn_log",
        stopThr=1e-12,
        numItermax=100_000,
    )
    np.testing.assert_allclose(found.plan.numpy(), expected, atol=1e-8)
    row_mass, column_mass = problem.split(problem.masses)
    independent = row_mass[:, None] * column_mass[None, :]
    plan = torch.from_numpy(expected)
    divergence = (plan * (plan / independent).log()).nansum()
    assert found.value.item() == pytest.approx((plan * problem.cost).sum() + 0.1 * divergence)


def test_a_marginal_error_is_no_larger_than_asked_for():
    problem = two_sets()
    for tolerance in (1e-1, 1e-3, 1e-6):
        asked = solver(tolerance=tolerance)
        plan = transport(problem, asked, start=[50.0], with_plan=True).plan
        _, column_mass = problem.split(problem.masses)
        assert (plan.sum(dim=0) - column_mass).abs().sum() <= tolerance


def test_mass_that_must_cross_wide_gaps_crosses_them():
    """Uneven clusters 1000 regularisations apart: one pass of annealing does not get there."""
    x, y = points(30, seed=0), points(20, seed=1)
    x[:5] += 12
    y[:15] += 12
    cost = feature_cost(x, Points(y), p=2)
    regularised = transport(uniform(cost), solver(tolerance=1e-3), start=[900.0]).value
    exact = transport(uniform(cost), solver(solver="emd"), start=[900.0]).value
    assert regularised.item() == pytest.approx(exact.item(), rel=5e-3)


def test_official_steps_are_geomlosses():
    geomloss = pytest.importorskip("geomloss._legacy.sinkhorn_divergence")
    for diameter in (0.2, 1.0, 7.3, 41.0):
        expected = geomloss.epsilon_schedule(2, diameter, 0.1**0.5, 0.5)
        steps = official_steps(diameter**2, end=0.1, p=2)
        if diameter**2 > 0.1:
            assert [t for t, _ in steps[1:]] == pytest.approx(expected)
        assert steps[0][1] == 1.0
        assert steps[-1] == (0.1, 0.5)


def test_sums_and_plan_agree_with_their_logarithmic_form():
    problem, some = two_sets(), points(50, seed=2)[:, 0]
    eps, kernel = torch.tensor(0.5, dtype=torch.float64), Kernel(problem)
    sums = kernel.log_sums(some, eps, into_plan=True)
    torch.testing.assert_close(sums, log_sums_in_logarithms(problem, some, eps))
    plan = torch.empty_like(problem.cost)
    plan_in_logarithms(problem, some, eps, out=plan)
    torch.testing.assert_close(kernel.entries, plan)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_annealing_with_a_kernel_that_is_kept_ends_as_with_new_ones(p, dtype, monkeypatch):
    x, y = points(300, seed=0, width=40, dtype=dtype), points(90, seed=1, width=40, dtype=dtype)
    problem, start = uniform(feature_cost(x, Points(y + 0.5), p=p)), torch.zeros(390, dtype=dtype)
    steps = side_by_side([official_steps(900.0 ** (p / 2), end=0.1, p=p)], like=problem.masses)
    built, rows = [], sinkhorn.kernel_rows
    monkeypatch.setattr(sinkhorn, "kernel_rows", lambda *a, **k: built.append(1) or rows(*a, **k))
    kept = anneal(Kernel(problem), start, steps)
    assert len(built) <= len(steps) // 2
    monkeypatch.setattr(sinkhorn, "SQUARINGS", {})
    new = anneal(Kernel(problem), start, steps)
    torch.testing.assert_close(kept, new, rtol=0, atol=2e-4 if p == 2 else 1e-4)


@pytest.mark.parametrize("spread", [0.02, 1.0])
@pytest.mark.parametrize("signs", [(1.0, 1.0), (1.0, -1.0)])
def test_sums_over_a_plan_are_those_over_all_of_its_entries(spread, signs):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(130, 2800, generator=generator) / spread  # few matter, or all
    plan = torch.softmax(logits, dim=1) * torch.tensor(signs).repeat(65)[:, None]
    moved = torch.randn(2800, 800, generator=generator)  # the last strip is a short one
    assert plan.numel() * moved.shape[1] >= LARGE
    summands = Points(moved)
    assert (summands._sums_of_few(plan) is None) == (spread == 1.0)
    found = summands.weighted_sums(plan)
    exact = plan.double() @ moved.double()
    assert (found - exact).norm() <= 1e-4 * exact.norm()


@pytest.mark.parametrize("eps", [1e-3, 1e-6])
def test_sums_that_underflow_are_taken_in_logarithms(eps):
    sums = Kernel(two_sets(torch.float32)).log_sums(torch.zeros(50), torch.tensor(eps))
    assert sums.isfinite().all()
    assert sums[:30].min() < -88  # exp of less is 0 in float32


def between_and_within(rows, columns, how):
    """The transport between two sets of classes, within one, and of each class to itself."""
    cost, own = (feature_cost(rows.points, each, p=2) for each in (columns, rows))
    return (
        transport_between_classes(cost, rows, columns, how, with_plan=True),
        transport_between_classes(own, rows, rows, how, with_plan=True),
        transport_within_classes(own, rows, how, with_plan=True),
    )


@pytest.mark.parametrize("schedule", ["official", "converged"])
@pytest.mark.parametrize("eps", [0.1, 1e-5])
@pytest.mark.parametrize("batching", [ON_GPU, BatchLimits(entries=400, padding=1.5)])
def test_a_batch_gives_what_single_problems_give(schedule, eps, batching, monkeypatch):
    rows, columns = classes([5, 40, 1, 17, 5], seed=0), classes([9, 3], seed=1, shift=0.5)
    how = solver(eps, schedule=schedule, tolerance=1e-5)
    monkeypatch.setattr(transport_module, "ON_CPU", ONE_BY_ONE)
    singles = between_and_within(rows, columns, how)
    monkeypatch.setattr(transport_module, "ON_CPU", batching)
    bound = {"rtol": 1e-2, "atol": 1e-3} if eps < 0.01 else {"rtol": 1e-4, "atol": 1e-5}
    for single, batch in zip(singles, between_and_within(rows, columns, how), strict=True):
        torch.testing.assert_close(batch.value, single.value, **bound)
        assert batch.plan.isfinite().all()
        to_itself = single is singles[-1]
        if eps > 0.01 or to_itself:
            close = {"rtol": 1e-3, "atol": 1e-6} if to_itself else {"rtol": 1e-2, "atol": 1e-4}
            torch.testing.assert_close(batch.plan, single.plan, **close)


@pytest.mark.parametrize("schedule", ["official", "converged"])
@pytest.mark.parametrize("batching", [ONE_BY_ONE, ON_GPU])
def test_blocks_give_what_the_whole_gives(schedule, batching, monkeypatch):
    rows, columns = classes([5, 40, 17], seed=0), classes([9, 3], seed=1, shift=0.5)
    cost, how = feature_cost(rows.points, columns, p=2), solver(schedule=schedule)
    monkeypatch.setattr(transport_module, "ON_CPU", batching)
    found = []
    for entries in (2**19, 7):  # all rows at once, and one or two at a time
        monkeypatch.setattr(sinkhorn, "BLOCK", entries)
        found.append(transport_between_classes(cost, rows, columns, how, with_plan=True))
    torch.testing.assert_close(found[1].value, found[0].value)
    torch.testing.assert_close(found[1].plan, found[0].plan)


def test_problems_of_one_size_fill_a_batch_up_to_its_bound():
    assert problem_batches([(2, 3)] * 7, BatchLimits(18, 1.0)) == [[0, 1, 2], [3, 4, 5], [6]]


@given(
    shapes=st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=30),
    entries=st.integers(1, 5000),
    padding=st.floats(1, 3),
)
def test_batches_hold_each_problem_once_and_keep_to_their_bounds(shapes, entries, padding):
    batches = problem_batches(shapes, BatchLimits(entries, padding))
    assert sorted(number for batch in batches for number in batch) == list(range(len(shapes)))
    for batch in batches:
        own = [shapes[number] for number in batch]
        padded = len(batch) * max(n for n, _ in own) * max(m for _, m in own)
        assert len(batch) == 1 or padded <= entries
        assert len(batch) == 1 or padded <= padding * sum(n * m for n, m in own)


@pytest.mark.gpu
@pytest.mark.parametrize("schedule", ["official", "converged"])
def test_a_gpu_gives_what_the_cpu_gives(schedule):
    x, y = points(120, seed=0, dtype=torch.float32), points(50, seed=1, dtype=torch.float32) + 1
    labels = torch.arange(120) % 5
    there = otdd(x.cuda(), labels.cuda(), y.cuda(), schedule=schedule)
    assert there.is_cuda
    here = otdd(x, labels, y, schedule=schedule)
    assert there.item() == pytest.approx(here.item(), rel=1e-3)
