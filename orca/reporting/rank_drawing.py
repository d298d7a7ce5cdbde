"""Draws critical-difference diagrams, as SVG, PDF and PNG."""

from pathlib import Path
from typing import Any

from orca.reporting.filled_table import read_table
from orca.reporting.look import PAGE, look, save, say
from orca.reporting.rank_test import LEAST_METHODS, LEAST_TASKS, LEVEL, RankTest, rank_tests

GREY = "#777777"


def plot_ranks(table_json: Path, out_stem: Path) -> None:
    """Draw the average ranks of a table's methods, and join those that do not differ.

    Args:
        table_json: a table as `tabulate` writes it.
        out_stem: the files' path without ending; `.svg`, `.pdf`, `.png` are written.
    """
    found = rank_tests(read_table(table_json))
    most = max((len(test.methods) for test in found), default=4)
    with look() as figure_class:
        figure = figure_class(figsize=(PAGE, max(1, len(found)) * (0.8 + 0.13 * most)))
        axes = figure.subplots(max(len(found), 1), 1, squeeze=False)[:, 0]
        for axis, test in zip(axes, found, strict=False):
            _draw(axis, test)
        if not found:
            needed = f"{LEAST_METHODS} methods with results on {LEAST_TASKS} tasks"
            say(axes[0], f"a test of ranks needs {needed} at least")
        save(figure, out_stem)


def _draw(axis: Any, test: RankTest) -> None:
    count = len(test.methods)
    half = (count + 1) // 2
    axis.set_title(
        f"{test.whose}, {test.tasks} tasks: average rank; Friedman's p = {test.p_equal:.2g}; "
        f"a bar joins what Nemenyi's test (level {LEVEL:g}) does not tell apart"
    )
    axis.set_xlim(1 - 0.35 * count, count + 0.35 * count)
    axis.set_ylim(-half - 0.6, 1.4)
    axis.axis("off")
    axis.plot([1, count], [0, 0], color="black", linewidth=0.8)
    for tick in range(1, count + 1):
        axis.plot([tick, tick], [0, 0.15], color="black", linewidth=0.8)
        axis.text(tick, 0.25, f"{tick}", ha="center", va="bottom", fontsize=7)
    axis.plot([1, 1 + test.critical], [1.0, 1.0], color="black", linewidth=1.2)
    axis.text(1 + test.critical, 1.0, f" critical difference {test.critical:.2f}", va="center")
    for place, (name, rank) in enumerate(zip(test.methods, test.ranks, strict=True)):
        left = place < half
        depth = -(place if left else count - 1 - place) - 0.9
        end, side = (0.9, "right") if left else (count + 0.1, "left")
        axis.plot([rank, rank, end], [0, depth, depth], color=GREY, linewidth=0.7)
        axis.text(end, depth, f" {name} ({rank:.2f}) ", ha=side, va="center", fontsize=7)
    for level, (first, last) in enumerate(test.groups):
        height = -0.2 - 0.16 * level
        ends = [test.ranks[first] - 0.04, test.ranks[last] + 0.04]
        axis.plot(ends, [height, height], color="black", linewidth=2.5, solid_capstyle="round")
