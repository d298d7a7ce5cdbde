"""How several seeds share a job, to spend less time on starting up and queueing."""

from dataclasses import dataclass

from orca import sizes
from orca.grid import Grid
from orca.models.body import BODIES


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Seeds that one job runs, for some tasks and bodies.

    Args:
        name: end of the rules' names; empty for a job of one seed, whatever it is.
        seeds: of the job; empty for any one.
        tasks: that are packed so.
        other_tasks: all that are not.
        bodies: that are packed so.
    """

    name: str
    seeds: tuple[int, ...]
    tasks: tuple[str, ...]
    other_tasks: tuple[str, ...]
    bodies: tuple[str, ...]

    @property
    def constraints(self) -> dict[str, str]:
        """Patterns of the tasks and bodies, for wildcards; a job of one seed takes any."""
        if not self.seeds:
            return {}
        tasks = "|".join(self.tasks)
        if len(self.other_tasks) < len(self.tasks):  # the shorter is read faster, for every file
            tasks = rf"(?!({'|'.join(self.other_tasks)})[/.])[^/]+"
        return {"task": tasks, "body": "|".join(self.bodies)}

    @property
    def log(self) -> str:
        """What tells the log of a job from those of other seeds."""
        return "seed" + ("_".join(map(str, self.seeds)) or "{seed}")


def packs_of(grid: Grid) -> list[Pack]:
    """Return how the seeds of a grid are put into jobs; the first pack takes any one seed."""
    packs = [Pack(name="", seeds=(), tasks=grid.tasks, other_tasks=(), bodies=tuple(BODIES))]
    for body in BODIES:
        for (count, size), tasks in _tasks_by_packing(grid, body).items():
            others = tuple(task for task in grid.tasks if task not in tasks)
            for start in range(0, count, size):
                seeds = tuple(range(start, min(start + size, count)))
                if len(seeds) > 1:
                    packs.append(
                        Pack(
                            name=f"_packed_{len(packs)}",
                            seeds=seeds,
                            tasks=tasks,
                            other_tasks=others,
                            bodies=(body,),
                        )
                    )
    return packs


def _tasks_by_packing(grid: Grid, body: str) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return a body's tasks by their number of seeds and how many of these share a job."""
    choices = grid.choices
    most = choices.seeds_per_job_by_body.get(body, choices.seeds_per_job)
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    if most == 1:
        return found
    for name in grid.tasks:
        hours = sizes.finetune_hours(grid.task(name), grid.settings(name, body))
        size = min(most, max(1, int(choices.hours_per_job / hours)))
        key = (len(choices.seeds_of(name, body)), size)
        found[key] = (*found.get(key, ()), name)
    return found
