"""How several seeds share a job, to spend less time on starting up and queueing."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Seeds that one job runs, for some tasks and bodies.

    Args:
        name: end of the rules' names; empty for a job of one seed, whatever it is.
        seeds: of the job; empty for any one.
        tasks: that are packed so.
        bodies: that are packed so.
    """

    name: str
    seeds: tuple[int, ...]
    tasks: tuple[str, ...]
    bodies: tuple[str, ...]

    @property
    def constraints(self) -> dict[str, str]:
        """Patterns of the tasks and bodies, for wildcards; a job of one seed takes any."""
        if not self.seeds:
            return {}
        return {"task": "|".join(self.tasks), "body": "|".join(self.bodies)}

    @property
    def log(self) -> str:
        """What tells the log of a job from those of other seeds."""
        return "seed" + ("_".join(map(str, self.seeds)) or "{seed}")

    @property
    def options(self) -> str:
        """The seeds on a command line."""
        return " ".join(f"--seed {seed}" for seed in self.seeds or ("{seed}",))
