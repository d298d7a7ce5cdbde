"""Histories of runs: read from their files, and drawn in a panel for each task and body."""

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from orca.errors import ResultsError
from orca.reporting.names import task_title

History = dict[str, list[float]]
Panels = dict[tuple[str, str], dict[str, list[History]]]  # by task and body, then by curve


def read_history(path: Path) -> History:
    """Return the columns of a history; an empty place is not a number.

    An alignment of no epoch leaves a history without a line.

    Raises:
        ResultsError: if the file holds something that is no number, or lines without an epoch.
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        return {"epoch": []}
    fault = "it has no epoch"
    try:
        columns = {str(name): [float(row[name] or "nan") for row in rows] for name in rows[0]}
    except (TypeError, ValueError) as wrong:
        columns, fault = {}, str(wrong)
    if "epoch" not in columns:
        raise ResultsError(
            where=str(path),
            what=f"this is no history: {fault}",
            mend=f"make it again: snakemake --force {path}",
        )
    return columns


def by_panel(histories: Iterable[Path]) -> Panels:
    """Return the histories of each panel.

    Args:
        histories: files whose paths end in `<task>/<body>/<curve>/seed<k>/history.csv`.
    """
    found: Panels = {}
    for path in sorted(histories):
        task, body, curve = path.parts[-5:-2]
        curves = found.setdefault((task, body), defaultdict(list))
        curves[curve].append(read_history(path))
    return found


def draw_panels(
    figure: Any,
    panels: Panels,
    draw: Callable[[Any, Mapping[str, list[History]]], None],
    *,
    across: int,
) -> Any:
    """Draw each panel by epoch, so many beside each other, and return the axes.

    Args:
        figure: to draw in.
        panels: what each holds.
        draw: draws the curves of one panel in its axes.
        across: panels in a line.
    """
    down = math.ceil(len(panels) / across) or 1
    axes = figure.subplots(down, across, squeeze=False).ravel()
    bodies = {body for _, body in panels}
    for axis, ((task, body), curves) in zip(axes, panels.items(), strict=False):
        title = task_title(task)
        axis.set_title(fill(f"{title}, {body}" if len(bodies) > 1 else title, 30))
        draw(axis, curves)
        axis.set_xlabel("epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    return axes


def by_epoch(runs: Iterable[History], column: str) -> dict[float, list[float]]:
    """Return the values of all runs at each epoch at which every run has one."""
    runs = list(runs)
    found: dict[float, list[float]] = defaultdict(list)
    for run in runs:
        for epoch, value in finite(run, column):
            found[epoch].append(value)
    return {epoch: found[epoch] for epoch in sorted(found) if len(found[epoch]) == len(runs)}


def finite(run: History, column: str) -> list[tuple[float, float]]:
    """Return epoch and value where the run has a value."""
    pairs = zip(run["epoch"], run.get(column, []), strict=column in run)
    return [(epoch, value) for epoch, value in pairs if math.isfinite(value)]
