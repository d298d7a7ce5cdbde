"""Rows of the papers' benchmarks, in the papers' order."""

from orca.reporting.axis import Axis, tasks
from orca.reporting.quantities import metric_value


def _openml(*numbers: int) -> tuple[Axis, ...]:
    return tasks(*(f"openml_{number}" for number in numbers))


def _lift(number: int) -> Axis:
    """Return the row of a LIFT table; two of them are CC18's too, and split otherwise there."""
    published = f"openml_{number}"
    task = f"{published}_lift" if number in (23, 54) else published
    return Axis(name=published, task=task, published={"task": published})


NAS_BENCH_360 = tasks(
    "cifar100", "spherical", "darcy_flow", "psicov", "cosmic",
    "ninapro", "fsd50k", "ecg", "satellite", "deepsea",
)  # fmt: skip
PDEBENCH = (
    *tasks(
        "pde_advection", "pde_burgers", "pde_diffusion_reaction_1d", "pde_diffusion_sorption",
        "pde_navier_stokes_1d", group="1D",
    ),
    *tasks("pde_darcy_flow", "pde_shallow_water", "pde_diffusion_reaction_2d", group="2D"),
)  # fmt: skip
OPENML_CC18 = _openml(
    11, 14, 15, 16, 18, 22, 23, 29, 31, 37, 50, 54, 188, 458, 469, 1049, 1050, 1063, 1068,
    1462, 1464, 1480, 1494, 1510, 6332, 23381, 40966, 40975, 40982, 40994,
)  # fmt: skip
LIFT = tuple(map(_lift, (1511, 882, 44, 1479, 61, 48, 23, 187, 54, 40496, 28, 12, 1491, 1493)))
# Iris (61) is in Table 21 and not in Table 22; 871, 1467 and 1492 are in Table 22 alone.
FACTS_OF_LIFT = _openml(
    1511, 882, 44, 1479, 48, 23, 187, 54, 40496, 28, 12, 871, 1467, 1491, 1492, 1493
)


def resolutions(task: str, points: int, *, body: str = "") -> tuple[Axis, ...]:
    """Return rows: trained and tested on `points`; tested on twice as many; trained on these too.

    The task's name has a place for the points that it is trained on.
    """
    twice = 2 * points
    return tuple(
        Axis(
            name=f"{train}_{test}",
            title=f"trained at {train}, tested at {test}",
            task=task.format(train),
            body=body,
            quantity=metric_value("nrmse", ending="" if test == train else f"at_{test}"),
            published={"task": "pde_advection", "metric": f"nrmse_train{train}_test{test}"},
        )
        for train, test in ((points, points), (points, twice), (twice, twice))
    )
