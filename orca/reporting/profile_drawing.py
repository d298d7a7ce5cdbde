"""Draws a table's performance profiles, as SVG, PDF and PNG."""

from pathlib import Path
from typing import Any

from orca.provenance import write_text
from orca.reporting.filled_table import read_table
from orca.reporting.look import COLUMN, PAGE, legend_below, look, save, say, style
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
    write_text(out_stem.with_name(out_stem.name + ".csv"), to_csv(found))


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
