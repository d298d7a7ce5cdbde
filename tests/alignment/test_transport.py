import numpy as np
import ot
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from orca.alignment import high_temperature, sinkhorn
from orca.alignment.annealing import annealing, official_steps
from orca.alignment.class_transport import (
    ON_GPU,
    ONE_BY_ONE,
    Batching,
    problem_batches,
    transport_between_classes,
    transport_within_classes,
)
from orca.alignment.cost import feature_cost
from orca.alignment.kept_kernel import KeptKernel
from orca.alignment.points_by_class import PointsByClass
from orca.alignment.sinkhorn import (
    Kernel,
    Problem,
    log_sums,
    log_sums_in_logarithms,
)
from orca.alignment.transport import Solver, transport, transport_to_itself, uniform
from orca.alignment.weighted_sums import LARGE, Summands


def solver(eps=0.1, *, schedule="converged", tolerance=1e-8, kind="sinkhorn"):
    return Solver(kind=kind, eps=eps, p=2, schedule=schedule, tolerance=tolerance)


def points(count, *, seed, width=3, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, width, generator=generator, dtype=dtype)


def classes(sizes, *, seed, shift=0.0):
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    return PointsByClass(
        points(len(labels), seed=seed) + labels[:, None] * 1.5 + shift, labels, sizes
    )


def two_sets():
    return uniform(feature_cost(points(30, seed=0), points(20, seed=1) + 1, p=2))


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


@pytest.mark.parametrize("kind", ["sinkhorn", "emd"])
def test_plans_have_the_masses_as_their_sums(kind):
    problem = two_sets()
    plan = transport(problem, solver(kind=kind), start=[50.0], with_plan=True).plan
    row_mass, column_mass = problem.split(problem.masses)
    torch.testing.assert_close(plan.sum(dim=1), row_mass)
    torch.testing.assert_close(plan.sum(dim=0), column_mass, rtol=1e-6, atol=1e-9)


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
    cost = feature_cost(x, y, p=2)
    regularised = transport(uniform(cost), solver(tolerance=1e-3), start=[900.0]).value
    exact = transport(uniform(cost), solver(kind="emd"), start=[900.0]).value
    assert regularised.item() == pytest.approx(exact.item(), rel=5e-3)


def test_a_self_term_is_that_of_the_general_problem():
    cost = feature_cost(points(25, seed=0), points(25, seed=0), p=2)
    own = transport_to_itself(uniform(cost), solver(), start=[50.0])
    general = transport(uniform(cost), solver(), start=[50.0])
    assert own.value.item() == pytest.approx(general.value.item(), rel=1e-5)


def test_official_steps_are_geomlosses():
    geomloss = pytest.importorskip("geomloss._legacy.sinkhorn_divergence")
    for diameter in (0.2, 1.0, 7.3, 41.0):
        expected = geomloss.epsilon_schedule(2, diameter, 0.1**0.5, 0.5)
        steps = official_steps(diameter**2, end=0.1, p=2)
        if diameter**2 > 0.1:
            assert [t for t, _ in steps[1:]] == pytest.approx(expected)
        assert steps[0][1] == 1.0
        assert steps[-1] == (0.1, 0.5)


def test_sums_agree_with_their_logarithmic_form():
    problem = two_sets()
    some = points(50, seed=2)[:, 0]
    eps = torch.tensor(0.5, dtype=torch.float64)
    fast = log_sums(problem, some, eps)
    slow = log_sums_in_logarithms(problem, some, eps)
    torch.testing.assert_close(fast, slow)


def annealed_with_new_kernels(problem, potentials, steps):
    for eps, relaxation in zip(steps.temperature, steps.relaxation, strict=True):
        sums = log_sums(problem, potentials, eps)
        potentials = potentials - relaxation * eps * sums
    return potentials


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_annealing_with_a_kernel_that_is_kept_ends_as_with_new_ones(p, dtype, monkeypatch):
    x, y = points(300, seed=0, width=40, dtype=dtype), points(90, seed=1, width=40, dtype=dtype)
    problem = uniform(feature_cost(x, y + 0.5, p=p))
    start = torch.zeros(390, dtype=dtype)
    steps = annealing([official_steps(900.0 ** (p / 2), end=0.1, p=p)], like=problem.masses)
    expected = annealed_with_new_kernels(problem, start, steps)
    built = []
    blocks = Kernel.blocks
    monkeypatch.setattr(Kernel, "blocks", lambda *a, **k: built.append(1) or blocks(*a, **k))
    found = KeptKernel(problem).anneal(start, steps)
    assert len(built) <= len(steps.temperature) // 2
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-4 if p == 2 else 1e-4)


def sets_of(kind, seed):
    x, y = 2 * points(40, seed=seed, width=8), 1 + points(30, seed=seed + 50, width=8)
    if kind == "one far off":
        x[0] *= 30
    if kind == "clusters":
        x[:20], y[:10] = x[:20] + 3, y[:10] + 3
    if kind == "heavy tails":
        x = x**3
    both = torch.cat([x, y])
    extent = (both.amax(dim=0) - both.amin(dim=0)).square().sum().item()
    return uniform(feature_cost(x, y, p=2)), official_steps(extent, end=0.1, p=2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["normal", "one far off", "clusters", "heavy tails"])
def test_annealing_far_above_the_costs_ends_as_step_by_step(kind, seed, monkeypatch):
    problem, steps = sets_of(kind, seed)
    zero = torch.zeros_like(problem.masses)
    _, (left,) = high_temperature.anneal_far_above(problem, zero, [steps])
    assert 1 <= len(left) <= len(steps) - 3
    how, start = solver(schedule="official"), [steps[0][0]]
    found = transport(problem, how, start=start, with_plan=True)
    monkeypatch.setattr(high_temperature, "FAR", torch.inf)
    expected = transport(problem, how, start=start, with_plan=True)
    assert found.value.item() == pytest.approx(expected.value.item(), rel=1e-4)
    assert (found.plan - expected.plan).abs().sum() < 5e-3


def test_what_the_expansion_leaves_out_falls_with_the_square_of_the_temperature():
    problem, _ = sets_of("normal", 0)
    zero, errors = torch.zeros_like(problem.masses), []
    for end in (500.0, 2000.0):
        steps = official_steps(10 * end, end=end, p=2)
        found, (left,) = high_temperature.anneal_far_above(problem, zero, [steps])
        assert len(left) == 1
        expected = annealed_with_new_kernels(
            problem, zero, annealing([steps[:-1]], like=problem.masses)
        )
        f, g = problem.split(found - expected)
        errors.append((f.std().item(), g.std().item()))
    assert [hot / hotter for hot, hotter in zip(*errors, strict=True)] == pytest.approx(
        [16, 16], rel=0.1
    )


@pytest.mark.parametrize("scale", [1e6, 1e12])
def test_costs_whose_squares_overflow_are_annealed_step_by_step(scale):
    problem = two_sets()
    problem = Problem(problem.cost.float() * scale**2, problem.masses.float())
    found = transport(problem, solver(schedule="official"), start=[100 * scale**2], with_plan=True)
    assert found.value.isfinite()
    assert found.plan.isfinite().all()


@pytest.mark.parametrize("spread", [0.02, 1.0])
@pytest.mark.parametrize("signs", [(1.0, 1.0), (1.0, -1.0)])
def test_sums_over_a_plan_are_those_over_all_of_its_entries(spread, signs):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(130, 2800, generator=generator) / spread  # few matter, or all
    plan = torch.softmax(logits, dim=1) * torch.tensor(signs).repeat(65)[:, None]
    moved = torch.randn(2800, 800, generator=generator)  # the last strip is a short one
    assert plan.numel() * moved.shape[1] >= LARGE
    summands = Summands(moved)
    assert (summands._of_few(plan) is None) == (spread == 1.0)
    found = summands.weighted(plan)
    exact = plan.double() @ moved.double()
    assert (found - exact).norm() <= 1e-4 * exact.norm()


@pytest.mark.parametrize("eps", [1e-3, 1e-6])
def test_sums_that_underflow_are_taken_in_logarithms(eps):
    problem = two_sets()
    problem = Problem(problem.cost.float(), problem.masses.float())
    sums = log_sums(problem, torch.zeros(50), torch.tensor(eps))
    assert sums.isfinite().all()
    assert sums[:30].min() < -88  # exp of less is 0 in float32


@pytest.mark.parametrize("schedule", ["official", "converged"])
@pytest.mark.parametrize("eps", [0.1, 1e-5])
@pytest.mark.parametrize("batching", [ON_GPU, Batching(entries=400, padding=1.5)])
def test_a_batch_gives_what_single_problems_give(schedule, eps, batching):
    rows, columns = classes([5, 40, 1, 17, 5], seed=0), classes([9, 3], seed=1, shift=0.5)
    how = solver(eps, schedule=schedule, tolerance=1e-5)
    bound = {"rtol": 1e-2, "atol": 1e-3} if eps < 0.01 else {"rtol": 1e-4, "atol": 1e-5}
    for first, second in ((rows, columns), (rows, rows)):
        cost = feature_cost(first.points, second.points, p=2)
        single, batch = (
            transport_between_classes(cost, first, second, how, with_plan=True, batching=each)
            for each in (ONE_BY_ONE, batching)
        )
        torch.testing.assert_close(batch.values, single.values, **bound)
        assert batch.plan.isfinite().all()
        if eps > 0.01:
            torch.testing.assert_close(batch.plan, single.plan, rtol=1e-2, atol=1e-4)
    cost = feature_cost(rows.points, rows.points, p=2)
    single, batch = (
        transport_within_classes(cost, rows, how, with_plan=True, batching=each)
        for each in (ONE_BY_ONE, batching)
    )
    torch.testing.assert_close(batch.values, single.values, **bound)
    torch.testing.assert_close(batch.plan, single.plan, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("schedule", ["official", "converged"])
@pytest.mark.parametrize("batching", [ONE_BY_ONE, ON_GPU])
def test_blocks_give_what_the_whole_gives(schedule, batching, monkeypatch):
    rows, columns = classes([5, 40, 17], seed=0), classes([9, 3], seed=1, shift=0.5)
    cost, how = feature_cost(rows.points, columns.points, p=2), solver(schedule=schedule)
    found = []
    for entries in (2**19, 7):  # all rows at once, and one or two at a time
        monkeypatch.setattr(sinkhorn, "BLOCK", entries)
        found.append(
            transport_between_classes(cost, rows, columns, how, with_plan=True, batching=batching)
        )
    torch.testing.assert_close(found[1].values, found[0].values)
    torch.testing.assert_close(found[1].plan, found[0].plan)


def test_problems_of_one_size_fill_a_batch_up_to_its_bound():
    assert problem_batches([(2, 3)] * 7, Batching(18, 1.0)) == [[0, 1, 2], [3, 4, 5], [6]]


@given(
    shapes=st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=30),
    entries=st.integers(1, 5000),
    padding=st.floats(1, 3),
)
def test_batches_hold_each_problem_once_and_keep_to_their_bounds(shapes, entries, padding):
    batches = problem_batches(shapes, Batching(entries, padding))
    assert sorted(number for batch in batches for number in batch) == list(range(len(shapes)))
    for batch in batches:
        own = [shapes[number] for number in batch]
        padded = len(batch) * max(n for n, _ in own) * max(m for _, m in own)
        assert len(batch) == 1 or padded <= entries
        assert len(batch) == 1 or padded <= padding * sum(n * m for n, m in own)


@pytest.mark.gpu
@pytest.mark.parametrize("schedule", ["official", "converged"])
def test_a_gpu_gives_what_the_cpu_gives(schedule):
    from orca.alignment import otdd

    x, y = points(120, seed=0, dtype=torch.float32), points(50, seed=1, dtype=torch.float32) + 1
    labels = torch.arange(120) % 5
    there = otdd(x.cuda(), labels.cuda(), y.cuda(), schedule=schedule)
    assert there.is_cuda
    here = otdd(x, labels, y, schedule=schedule)
    assert there.item() == pytest.approx(here.item(), rel=1e-3)
