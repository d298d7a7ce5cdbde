"""PDEBench's tasks on data that we solve from the equations ourselves; no network needed.

They have the files' layout, resolution and number of samples of the published ones, but are
other draws by other solvers: their scores are shown beside the paper's and do not replace them.

Source: Takamoto et al. 2022 (arXiv:2210.07182); `orca.data.simulate` states each equation.
"""

from dataclasses import replace

from orca.data.target import Field
from orca.data.task import Samples, Task
from orca.data.tasks.pdebench import BASELINES as PUBLISHED
from orca.data.tasks.pdebench import official, resolutions
from orca.data.tasks.pdebench.frames import read
from orca.data.ways import Simulated

__all__ = ["TASKS", "read"]

ORIGIN = "solved by this project from the equations of PDEBench; no published data in it"

# By task, the frames that it or its official variant asks for; the others are not stored.
FRAMES = {
    "pde_advection": (0, 200),
    "pde_burgers": (0, 200),
    "pde_diffusion_reaction_1d": (0, 29, 99, 100),
    "pde_diffusion_sorption": (0, 99, 100),
    "pde_navier_stokes_1d": (0, 100),
    "pde_darcy_flow": None,
    "pde_shallow_water": (0, 99, 100),
    "pde_diffusion_reaction_2d": (0, 99, 100),
}


def _simulated(name: str, cells: int = 0, samples: Samples | None = None) -> Task:
    """Return the twin of a published task; one on fewer cells is for demonstrations."""
    task = PUBLISHED[name]
    samples = samples or task.samples
    assert isinstance(task.target, Field)
    grid = (cells,) * len(task.target.grid)
    twin = replace(
        task,
        suite="pdebench_simulated",
        origin=ORIGIN,
        samples=samples,
        files=(
            Simulated(
                name=task.files[0].name,
                simulation=name.removeprefix("pde_"),
                samples=samples.fit + samples.test,
                cells=cells or task.input_shape[-1],
                frames=FRAMES[name],
            ),
        ),
        source=f"{name}_simulated",
    )
    if not cells:
        return twin
    return replace(
        twin,
        title=f"{task.title} ({cells})",
        suite="pdebench_simulated_small",
        input_shape=(task.input_shape[0], *grid),
        target=replace(task.target, grid=grid),
        source=f"{name}_simulated_{cells}",
        keeps_predictions=True,
    )


def _published_like(name: str, twin: Task) -> Task:
    """Return a twin whose solver errs as the published file's did."""
    way = twin.files[0]
    assert isinstance(way, Simulated)
    return replace(
        twin,
        files=(replace(way, variant="published_like"),),
        source=f"{name}_published_like_simulated",
        variant_of=f"{name}_simulated",
        as_published=False,
        differs="; ".join(
            filter(None, ("solved as the published file was, see docs/fidelity.md", twin.differs))
        ),
    )


SMALL = Samples(train=80, validation=16, test=32)
MEDIUM = Samples(train=400, validation=50, test=200)
SMALL_GRIDS = Samples(train=160, validation=32, test=48)
FINE = replace(
    _simulated("pde_advection", cells=64, samples=Samples(train=360, validation=40, test=100)),
    title="Advection, small",
    source="pde_advection_simulated_fine",
)
TWINS = {name: _simulated(name) for name in FRAMES}
OFFICIAL = official(TWINS)
TASKS = {
    **{f"{name}_simulated": task for name, task in TWINS.items()},
    **{
        f"{name}_simulated": replace(task, variant_of=f"{task.variant_of}_simulated")
        for name, task in OFFICIAL.items()
    },
    **{
        f"{name}_published_like{ending}_simulated": _published_like(name, twins[name + ending])
        for name, ending, twins in (
            ("pde_darcy_flow", "", TWINS),
            ("pde_diffusion_reaction_1d", "", TWINS),
            ("pde_diffusion_reaction_1d", "_official", OFFICIAL),
        )
    },
    **resolutions(
        TWINS["pde_advection"],
        256,
        names="pde_advection_{}_simulated",
        baseline="pde_advection_simulated",
    ),
    **resolutions(FINE, 32, names="pde_advection_small_{}_simulated"),
    "pde_advection_simulated_128": _simulated("pde_advection", cells=128, samples=SMALL),
    "pde_diffusion_reaction_1d_simulated_128": _simulated(
        "pde_diffusion_reaction_1d", cells=128, samples=MEDIUM
    ),
    # Its input is constant in space: one number, the concentration at the start.
    "pde_diffusion_sorption_simulated_128": _simulated(
        "pde_diffusion_sorption", cells=128, samples=SMALL
    ),
    # On fewer cells than PDEBench's it covers less ground: see `orca.data.simulate`.
    "pde_diffusion_reaction_2d_simulated_64": _simulated(
        "pde_diffusion_reaction_2d", cells=64, samples=SMALL_GRIDS
    ),
}
