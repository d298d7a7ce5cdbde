"""PDEBench's tasks as in ORCA: from the first frame of a simulation to its last.

Source: Takamoto et al. 2022 (arXiv:2210.07182), data doi:10.18419/darus-2986; Shen et al. 2023
(ORCA, ICML), table 14.
Differs from the official code: training and test samples are asked for the same frame; two
resolutions are the paper's; both fields of 2D diffusion-reaction are given and predicted; the
fields of Navier-Stokes stay apart and are scored in their own units. The variants `..._official`
do as the code does. Of the training samples, a tenth is set aside to choose by.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from orca.data.download import Download
from orca.data.target import Field
from orca.data.task import Normalisation, Samples, Task
from orca.data.tasks.pdebench.frames import Frames, read

__all__ = ["TASKS", "read"]

ORIGIN = "PDEBench, Takamoto et al. 2022, doi:10.18419/darus-2986, CC BY 4.0"
TEN_THOUSAND = Samples(train=8100, validation=900, test=1000)
ONE_THOUSAND = Samples(train=810, validation=90, test=100)


def _file(name: str, number: int, md5: str, *, gb: float) -> tuple[Download, ...]:
    """Return the way to a file of some gigabytes, as the publisher states them."""
    address = f"https://darus.uni-stuttgart.de/api/access/datafile/{number}"
    size = round(gb * 1e9)
    return (Download(name=name, urls=(address,), size=size, rounded=True, digest=f"md5:{md5}"),)


ADVECTION = Task(
    title="Advection",
    suite="pdebench",
    origin=ORIGIN,
    input_shape=(1, 1024),
    target=Field(grid=(1024,)),  # the profile at t = 2
    samples=TEN_THOUSAND,
    loss="nrmse",
    metric="nrmse",
    files=_file(
        "1D_Advection_Sols_beta0.4.hdf5", 255674, "d595bbfd2c659df995a93cd40d6ea568", gb=8.23
    ),
    source="pde_advection",
    option=Frames(layout="arrays", inputs=("tensor",), targets=("tensor",), target_frame=200),
)

BURGERS = replace(
    ADVECTION,
    title="Burgers",
    files=_file("1D_Burgers_Sols_Nu1.0.hdf5", 281365, "9021eba35332d127306f11ef84c1a60f", gb=8.23),
    source="pde_burgers",
)

DIFFUSION_REACTION_1D = replace(
    ADVECTION,
    title="Diffusion-Reaction",
    files=_file("ReacDiff_Nu0.5_Rho1.0.hdf5", 133177, "69a429239778d529cd419ed5888ea835", gb=4.14),
    source="pde_diffusion_reaction_1d",
    option=Frames(layout="arrays", inputs=("tensor",), targets=("tensor",), target_frame=100),
)

DIFFUSION_SORPTION = replace(
    ADVECTION,
    title="Diffusion-Sorption",
    files=_file("1D_diff-sorp_NA_NA.h5", 133020, "9d466d1213065619d087319e16d9a938", gb=4.14),
    source="pde_diffusion_sorption",
    option=Frames(layout="groups", inputs=(0,), targets=(0,), target_frame=100),
)

NAVIER_STOKES_1D = replace(
    ADVECTION,
    title="Navier-Stokes",
    input_shape=(3, 1024),  # density, pressure, velocity
    target=Field(grid=(1024,), channels=3),
    extra_metrics=("nrmse_per_channel",),
    files=_file(
        "1D_CFD_Rand_Eta0.1_Zeta0.1_periodic_Train.hdf5", 164668,
        "45655bd77d006ab539c52b7fbcf099b9", gb=12.41
    ),
    source="pde_navier_stokes_1d",
    normalisation=Normalisation(inputs="per_position", targets="per_position"),
    option=Frames(
        layout="arrays",
        inputs=("density", "pressure", "Vx"),
        targets=("density", "pressure", "Vx"),
        target_frame=100,
    ),
)  # fmt: skip

DARCY_FLOW = replace(
    ADVECTION,
    title="Darcy Flow",
    input_shape=(1, 128, 128),  # permeability
    target=Field(grid=(128, 128)),  # pressure
    files=_file(
        "2D_DarcyFlow_beta0.1_Train.hdf5", 133218, "294f9a03a4aa16b0e386469ca8b471be", gb=1.31
    ),
    source="pde_darcy_flow",
    option=Frames(layout="arrays", inputs=("nu",), targets=("tensor",)),
)

SHALLOW_WATER = replace(
    ADVECTION,
    title="Shallow-Water",
    input_shape=(1, 128, 128),  # height of the water
    target=Field(grid=(128, 128)),
    samples=ONE_THOUSAND,
    files=_file("2D_rdb_NA_NA.h5", 133021, "75d838c47aa410694bdc912ea7f22282", gb=6.62),
    source="pde_shallow_water",
    option=Frames(layout="groups", inputs=(0,), targets=(0,), target_frame=100),
)

DIFFUSION_REACTION_2D = replace(
    SHALLOW_WATER,
    title="Diffusion-Reaction (2D)",
    input_shape=(2, 128, 128),  # activator, inhibitor
    target=Field(grid=(128, 128), channels=2),
    extra_metrics=("nrmse_per_channel",),
    files=_file("2D_diff-react_NA_NA.h5", 133017, "b8d0b86064193195ddc30c33be5dc949", gb=13.24),
    source="pde_diffusion_reaction_2d",
    option=Frames(layout="groups", inputs=(0, 1), targets=(0, 1), target_frame=100),
)

# The official code can read this file (about 55 GB); the paper has no score for it.
NAVIER_STOKES_2D = replace(
    NAVIER_STOKES_1D,
    title="Navier-Stokes (2D)",
    suite="pdebench_unscored",
    input_shape=(4, 64, 64),
    target=Field(grid=(64, 64), channels=4),
    samples=TEN_THOUSAND,
    files=_file(
        "2D_CFD_Rand_M1.0_Eta0.1_Zeta0.1_periodic_128_Train.hdf5", 164691,
        "75a34f34a3dcd9bc8ae4b7adf8bf372c", gb=55.0
    ),
    source="pde_navier_stokes_2d",
    option=Frames(
        layout="arrays",
        test="last",
        inputs=("density", "pressure", "Vx", "Vy"),
        targets=("density", "pressure", "Vx", "Vy"),
        stride=2,
        target_frame=20,
    ),
)  # fmt: skip

BASELINES = {
    task.source: task
    for task in (
        ADVECTION, BURGERS, DIFFUSION_REACTION_1D, DIFFUSION_SORPTION, NAVIER_STOKES_1D,
        DARCY_FLOW, SHALLOW_WATER, DIFFUSION_REACTION_2D, NAVIER_STOKES_2D,
    )
}  # fmt: skip


def official(baselines: dict[str, Task]) -> dict[str, Task]:
    """Return the official code's variants of some of the tasks, by name."""
    return {
        f"{name}_official": replace(AS_OFFICIAL[name](task), variant_of=name, as_published=True)
        for name, task in baselines.items()
    }


def resolutions(task: Task, points: int, *, names: str, baseline: str = "") -> dict[str, Task]:
    """Return a 1D task on `points` points, tested on twice as many too, and the task on these.

    Both are read off the same fields, at fewer of their points.

    Args:
        task: the same on more points.
        points: of the coarser task.
        names: of the tasks, with `{}` in the place of the number of points.
        baseline: task that they are variants of, if any.

    Source: ORCA (ICML 2023), A.5.2 and Table 16.
    """
    return {
        names.format(each): replace(
            _coarser(task, task.input_shape[-1] // each),
            title=f"{task.title}, {each} points",
            variant_of=baseline,
            differs=f"on {each} points (Table 16)" if baseline else "",
            also_tested_on=((f"at_{2 * each}", names.format(2 * each)),) * (each == points),
        )
        for each in (points, 2 * points)
    }


def _coarser(task: Task, stride: int) -> Task:
    grid = tuple(n // stride for n in task.input_shape[1:])
    return replace(
        task,
        input_shape=(task.input_shape[0], *grid),
        target=Field(grid=grid),
        option=replace(_frames(task), stride=stride),
        differs=f"every {stride}th grid point, as in the official code; the paper says otherwise",
    )


def _two_frames(task: Task, train: int, test: int) -> Task:
    return replace(
        task,
        option=replace(_frames(task), target_frame=train, test_target_frame=test),
        differs=f"trained to predict frame {train}, tested on frame {test}, as in the official"
        " code, which builds its test set with another default",
    )


def _standardised(task: Task, by: Literal["inputs", "targets"]) -> Task:
    whose = {"inputs": "the constants of the inputs", "targets": "constants of their own frame"}[by]
    return replace(
        task,
        normalisation=Normalisation(),
        option=replace(_frames(task), targets_by=by),
        differs=f"targets are standardised with {whose} and scored so, as in the official code",
    )


def _flat(task: Task) -> Task:
    channels, length = task.input_shape
    alike = _standardised(task, "inputs")
    return replace(
        alike,
        input_shape=(1, channels * length),
        target=Field(grid=(channels * length,)),
        loss="rmse",
        extra_metrics=(),
        option=replace(_frames(alike), flat=True),
        differs="the three fields laid end to end as one signal; trained on the RMSE; "
        + alike.differs,
    )


def _u_to_v(task: Task) -> Task:
    return replace(
        task,
        input_shape=(1, 128, 128),
        target=Field(grid=(128, 128)),
        extra_metrics=(),
        option=replace(_frames(task), inputs=(0,), targets=(1,)),
        differs="from the activator alone to the inhibitor alone; " + task.differs,
    )


def _frames(task: Task) -> Frames:
    assert isinstance(task.option, Frames)
    return task.option


AS_OFFICIAL: dict[str, Callable[[Task], Task]] = {
    "pde_advection": lambda task: _coarser(task, 4),
    "pde_burgers": lambda task: replace(
        task, loss="rmse", differs="trained on the RMSE, as in the official code"
    ),
    "pde_diffusion_reaction_1d": lambda task: _two_frames(task, 29, 99),
    "pde_diffusion_sorption": lambda task: _two_frames(task, 100, 99),
    "pde_navier_stokes_1d": _flat,
    "pde_darcy_flow": lambda task: _coarser(task, 2),
    "pde_shallow_water": lambda task: _two_frames(task, 100, 99),
    "pde_diffusion_reaction_2d": lambda task: _u_to_v(_two_frames(task, 100, 99)),
    "pde_navier_stokes_2d": lambda task: _standardised(task, "targets"),
}
TASKS = {
    **BASELINES,
    **official(BASELINES),
    **resolutions(ADVECTION, 256, names="pde_advection_{}", baseline="pde_advection"),
}
