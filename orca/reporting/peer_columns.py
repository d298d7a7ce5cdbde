"""Columns of peers that a table leaves out: those that no row asks for, or that cannot run here."""

from collections.abc import Iterator, Sequence

from orca.peers.peer import PEERS
from orca.reporting.axis import Axis, CellPlan
from orca.reporting.scores import ScoreFolder

Plan = Sequence[Sequence[CellPlan]]


def idle_peers(columns: Sequence[Axis], plan: Plan) -> list[str]:
    """Return the columns of peers that suit no row."""
    return [
        axis.name for axis, cells in _peers(columns, plan) if not any(cell.runs for cell in cells)
    ]


def lacking_peers(
    columns: Sequence[Axis], plan: Plan, scores: ScoreFolder
) -> dict[str, tuple[str, str]]:
    """Return columns of peers that cannot run here and have no scores: titles and reasons."""
    return {
        axis.name: (axis.heading, f"{why} ({PEERS[axis.method].mend})")
        for axis, cells in _peers(columns, plan)
        if (why := PEERS[axis.method].lacks)
        and not any(scores.path(run).exists() for cell in cells for run in cell.runs)
    }


def _peers(columns: Sequence[Axis], plan: Plan) -> Iterator[tuple[Axis, Sequence[CellPlan]]]:
    by_column = zip(columns, zip(*plan, strict=True), strict=False)
    return ((axis, cells) for axis, cells in by_column if axis.method in PEERS)
