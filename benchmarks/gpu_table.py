"""The table that `gpu.py` prints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from orca.provenance import environment

HEAD = (
    "| shape | loop | samples a second | ms a step | device computes | memory, MB | start, s |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    shape: str
    loop: str
    samples_per_second: float  # of all runs together
    milliseconds: float  # of a step
    busy: float | None  # share of the time that the device computes; None for several runs at once
    memory_mb: float  # the most that was held on the GPU; on a CPU, of the process so far
    start_seconds: float  # until the first round is over: building, compiling, warming up

    def __str__(self) -> str:
        """Return it as the table has it."""
        busy = "not measured" if self.busy is None else f"{self.busy:.0%}"
        return (
            f"| {self.shape} | {self.loop} | {self.samples_per_second:.1f} |"
            f" {self.milliseconds:.2f} | {busy} | {self.memory_mb:.0f} | {self.start_seconds:.1f} |"
        )


def tell(
    card: str,
    rows: Sequence[Row],
    facts: Mapping[str, object],
    left_out: Sequence[str],
    *,
    out: Path | None,
) -> None:
    """Print what was measured on a card and what the time was not enough for; write it as JSON too."""
    commit = environment()["commit"]
    print(f"\n{card}, torch {torch.__version__}, commit {commit}\n")
    print(HEAD, *rows, sep="\n")
    for what, value in facts.items():
        print(f"- {what}: {value}")
    for what in left_out:
        print(f"- left out: {what}")
    if out:
        told = {"card": card, "torch": torch.__version__, "commit": commit}
        told |= {"rows": [asdict(row) for row in rows], "facts": facts, "left_out": left_out}
        out.write_text(json.dumps(told, indent=1) + "\n")
