"""Draws the figures: each from a table's JSON or a run's history, as SVG, PDF and PNG."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orca.reporting.cells import read_table
from orca.reporting.histories import History, by_epoch, by_panel, draw_panels, finite
from orca.reporting.look import COLUMN, PAGE, look, save, style
from orca.reporting.profiles import Panel, panels, to_csv

FARTHEST = 100.0  # largest τ drawn; beyond it lie outliers that would hide the rest


def plot_profile(table_json: Path, out_stem: Path) -> None:
    """Draw a table's performance profiles, published and ours, and write every step as CSV.

    Args:
        table_json: a table as `tabulate` writes it.
        out_stem: the files' path without ending; `.svg`, `.pdf`, `.png`, `.csv` are written.
    """
    found = panels(read_table(table_json))
    with look() as figure_class:
        width = COLUMN if len(found) <= 1 else PAGE
        figure = figure_class(figsize=(width, 2.8))
        axes = figure.subplots(1, max(len(found), 1), sharey=True, squeeze=False)[0]
        for axis, panel in zip(axes, found, strict=False):
            _draw_profiles(axis, panel, alone=len(found) == 1)
        axes[0].set_ylabel("fraction of tasks")
        legend_below(figure, axes, columns=2 if len(found) <= 1 else 3)
        if not found:
            say(axes[0], "this table has no numbers yet")
        out_stem.parent.mkdir(parents=True, exist_ok=True)
        save(figure, out_stem)
    out_stem.with_name(out_stem.name + ".csv").write_text(to_csv(found), encoding="utf-8")


def _draw_profiles(axis: Any, panel: Panel, *, alone: bool) -> None:
    tasks = (
        f"{panel.tasks} tasks" if panel.tasks == panel.of else f"{panel.tasks} of {panel.of} tasks"
    )
    axis.set_title(tasks if alone else f"{panel.title}, {tasks}")
    if not panel.profiles:
        say(axis, "no task has a result of\nevery method yet")
        return
    largest = max(profile.ratios[-1] for profile in panel.profiles)
    end = min(max(largest * 1.06, 1.1), FARTHEST)
    for index, profile in enumerate(panel.profiles):
        steps = [(r, f) for r, f in zip(profile.ratios, profile.fractions, strict=True) if r <= end]
        ratios = [r for r, _ in steps] + [end]
        fractions = [f for _, f in steps] + [steps[-1][1]]
        axis.step(
            ratios,
            fractions,
            where="post",
            label=profile.method,
            zorder=3 - 0.1 * index,
            **style(index),
        )
    if end > 3:
        axis.set_xscale("log")
        ticks = [t for t in (1, 1.5, 2, 3, 5, 10, 20, 50, 100) if t <= end]
        axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axis.minorticks_off()
    axis.set_xlim(1, end)
    axis.set_ylim(-0.02, 1.03)
    axis.set_xlabel("τ (error as a multiple of the least)")


def legend_below(figure: Any, axes: Any, *, columns: int) -> None:
    """Put the names of all curves under the figure, each once, at most so many in a line."""
    found: dict[str, Any] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    if found:
        figure.legend(
            found.values(),
            found.keys(),
            loc="outside lower center",
            ncols=min(len(found), columns),
            handlelength=3,
        )


def say(axis: Any, text: str) -> None:
    """Write in an empty axis why it is empty."""
    axis.text(0.5, 0.5, text, ha="center", va="center", transform=axis.transAxes, color="#555555")
    axis.set_xticks([])
    axis.set_yticks([])


def plot_alignment(histories: list[Path], out_stem: Path) -> None:
    """Draw the distance at each epoch of stage two, a panel for each task and body.

    Args:
        histories: files whose paths end in `<task>/<body>/<alignment>/seed<k>/history.csv`.
        out_stem: the files' path without ending; `.svg`, `.pdf`, `.png` are written.
    """
    panels = by_panel(histories)
    alignments = sorted({name for curves in panels.values() for name in curves})

    def draw(axis: Any, curves: Mapping[str, list[History]]) -> None:
        for name, runs in curves.items():
            _draw_distance(axis, runs, name, alignments.index(name))
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))

    across = min(len(panels), 3) or 1
    down = math.ceil(len(panels) / across) or 1
    with look() as figure_class:
        figure = figure_class(figsize=(COLUMN if across == 1 else PAGE, 1.75 * down + 0.35))
        axes = draw_panels(figure, panels, draw, across=across)
        for row_start in range(0, len(panels), across):
            axes[row_start].set_ylabel(
                f"{alignments[0].upper()} to the source" if len(alignments) == 1 else "distance"
            )
        if len(alignments) > 1:
            axes[0].legend()
        if not panels:
            say(axes[0], "no task was aligned")
        save(figure, out_stem)


def _draw_distance(axis: Any, runs: list[History], alignment: str, index: int) -> None:
    """Draw each seed thinly, and the mean over seeds where every one has a value."""
    if len(runs) > 1:
        for run in runs:
            points = zip(*finite(run, "value"), strict=True)
            axis.plot(*points, color=style(index)["color"], lw=0.6, alpha=0.45)
    values = by_epoch(runs, "value")
    means = [sum(found) / len(found) for found in values.values()]
    axis.plot(list(values), means, label=alignment, **style(index))
