"""The table that `gpu.py` prints."""

from dataclasses import dataclass

HEAD = (
    "| shape | loop | samples a second | ms a step | device computes | memory, MB | start, s |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        shape: name in `SHAPES`.
        loop: which loop, in which way.
        samples_per_second: of all runs together.
        milliseconds: of a step.
        busy: share of the time that the device computes; None for several runs at once.
        memory_mb: the most that was held on the GPU; on a CPU, of the process so far.
        start_seconds: until the first round is over: building, compiling, warming up.
    """

    shape: str
    loop: str
    samples_per_second: float
    milliseconds: float
    busy: float | None
    memory_mb: float
    start_seconds: float


def line(row: Row) -> str:
    """Return a row of the table."""
    busy = "not measured" if row.busy is None else f"{row.busy:.0%}"
    return (
        f"| {row.shape} | {row.loop} | {row.samples_per_second:.1f} | {row.milliseconds:.2f} |"
        f" {busy} | {row.memory_mb:.0f} | {row.start_seconds:.1f} |"
    )
