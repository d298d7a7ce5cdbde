"""How several seeds share a job, to spend less time on starting up and queueing."""

from dataclasses import dataclass


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
