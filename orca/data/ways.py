"""Raw files that need no server of the data's authors: made, or a person's own."""

import os
from dataclasses import dataclass
from pathlib import Path

from orca.code_digest import used_code
from orca.data.simulation import Portion, Simulation
from orca.data.task import Way
from orca.declarations import Declarations
from orca.errors import DataError
from orca.logs import progress

FEW_SAMPLES = 500
SIMULATIONS: Declarations[Simulation] = Declarations("orca.data.simulate", "simulation")


@dataclass(frozen=True, kw_only=True)
class Simulated(Way):
    """A file that we make by solving the data set's equation.

    Args:
        simulation: name in `orca.data.simulate`.
        samples: how many to solve.
        cells: grid points along each axis.
        frames: numbers of the frames to keep; all if None.
        seed: of the draws.
        variant: one of the simulation's; its default if None.
        workers: processes to spread the samples over; 0 for one per core where there are many
            samples. The file does not depend on it.
    """

    name: str
    simulation: str
    samples: int
    cells: int
    frames: tuple[int, ...] | None = None
    seed: int = 0
    variant: str | None = None
    workers: int = 0
    locked: bool = False

    @property
    def recipe(self) -> str:
        """The declaration, and the code that solves the equation."""
        code = used_code(SIMULATIONS.path(self.simulation), "data/simulation.py")
        return f"{self!r} {code.digest}"

    def bring(self, path: Path) -> None:
        """Solve the equation for all samples and write them to `path`."""
        simulation = SIMULATIONS.look_up(self.simulation, where=f"the simulated file {self.name}")
        ticks = progress(
            range(self.samples), what=f"solving {simulation.title}", total=self.samples
        )

        def advance(finished: int) -> None:
            for _ in range(finished):
                next(ticks, None)

        portion = Portion(
            samples=range(self.samples),
            cells=self.cells,
            frames=self.frames or tuple(range(simulation.frames)),
            seed=self.seed,
            variant=self.variant or simulation.variants[0],
        )
        # Of few samples, processes are not worth their start, which takes a second or two each.
        workers = self.workers or (1 if self.samples < FEW_SAMPLES else usable_cores())
        simulation.generate(path, portion, progress=advance, workers=workers)


def usable_cores() -> int:
    """Return the cores that this process may use: Linux says which, other systems have all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Own(Way):
    """A file that a person has at `path`; it may change, and is then read again."""

    name: str
    path: str
    locked: bool = False

    @property
    def recipe(self) -> str:
        """Which file it is, and its state: another one is read anew."""
        own = Path(self.path).expanduser()
        state = own.stat() if own.exists() else None
        return f"{self!r} {state and (state.st_size, state.st_mtime_ns)}"

    @property
    def size(self) -> int | None:
        """Its bytes; None where it is not there."""
        own = Path(self.path).expanduser()
        return own.stat().st_size if own.exists() else None

    def bring(self, path: Path) -> None:
        """Point to the person's file from `path`.

        Raises:
            DataError: if there is no such file.
        """
        own = Path(self.path).expanduser().resolve()
        if not own.is_file():
            raise DataError(
                where=str(own), what="there is no such file", mend="mend the path in the config"
            )
        path.unlink(missing_ok=True)
        path.symlink_to(own)
