"""Draws tables whose rows are steps of a quantity, or tasks side by side.

Each function reads a table's JSON file and writes the figure that `look` describes.
"""

from pathlib import Path
from typing import Any

from orca.reporting.look import COLUMN, MARKERS, PAGE, look, say, style
from orca.reporting.names import task_title
from orca.reporting.table_records import FilledTable, read_table

NOTHING = "no run has a score yet"


def _leading_number(text: str) -> float:
    return float(text.split()[0].replace(",", ""))


def _points(table: FilledTable, column: int, group: str = "") -> list[tuple[float, float, float]]:
    """Return place, mean and spread of our cells in a column that have a number."""
    return [
        (_leading_number(row.title), ours.mean, ours.std or 0.0)
        for row, cells in zip(table.rows, table.cells, strict=True)
        if row.group == group and (ours := cells[column].ours) and ours.mean is not None
    ]


def plot_two_quantities(table_json: Path, stem: Path, protocol: str, *, along: str) -> None:
    """Draw the two columns of a table against the number that each row's title begins with.

    Groups of rows become panels; `along` is the title of the horizontal axis.
    """
    table = read_table(table_json)
    groups = list(dict.fromkeys(row.group for row in table.rows))
    with look(PAGE, 2.2, stem, protocol=protocol) as figure:
        axes = figure.subplots(1, len(groups), squeeze=False)[0]
        for axis, group in zip(axes, groups, strict=True):
            axis.set_title(task_title(group))
            axis.set_xlabel(along)
            found = [_points(table, column, group) for column in range(2)]
            if not any(found):
                say(axis, NOTHING)
                continue
            for column, side in enumerate((axis, axis.twinx())):
                curve = style(3 * column)
                points = zip(*found[column], strict=True) if found[column] else ([], [], [])
                side.errorbar(*points, marker=MARKERS[column], **curve)
                side.set_ylabel(table.columns[column].title.lower(), color=curve["color"])
                side.spines["right"].set_visible(side is not axis)
                side.grid(visible=side is axis)


def plot_by_number(table_json: Path, stem: Path, protocol: str, *, along: str) -> None:
    """Draw a curve for each column against the number that each row's title begins with."""
    table = read_table(table_json)
    with look(COLUMN, 2.4, stem, protocol=protocol) as figure:
        axis = figure.subplots()
        for column, head in enumerate(table.columns):
            curve: dict[str, Any] = {"marker": MARKERS[column], **style(column)}
            if points := _points(table, column):
                axis.errorbar(*zip(*points, strict=True), label=head.title, **curve)
        if axis.containers:
            axis.set_xscale("log")
            ticks = [_leading_number(row.title) for row in table.rows]
            axis.set_xticks(ticks, [row.title.split()[0] for row in table.rows])
            axis.minorticks_off()
            axis.legend()
        else:
            say(axis, NOTHING)
        axis.set_xlabel(along)
        axis.set_ylabel(table.rows[0].metric_title or "error")


def plot_errors_by_task(table_json: Path, stem: Path, protocol: str) -> None:
    """Draw every number of a table of errors, a row of signs for each task, on a logarithmic axis."""
    table = read_table(table_json)
    height = 0.34 * len(table.rows) + 0.9
    with look(PAGE * 0.72, height, stem, protocol=protocol) as figure:
        axis = figure.subplots()
        for column in range(len(table.columns)):
            _draw_column(axis, table, column)
        axis.set_xscale("log")
        axis.set_yticks(range(len(table.rows)), [row.title for row in table.rows])
        axis.set_ylim(len(table.rows) - 0.5, -0.5)
        axis.set_xlabel(table.rows[0].metric_title or "error")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _draw_column(axis: Any, table: FilledTable, column: int) -> None:
    title = table.columns[column].title
    look_of = {"marker": MARKERS[column % len(MARKERS)], "color": style(column)["color"]}
    sign: dict[str, Any] = {**look_of, "linestyle": "none", "markersize": 5.5}
    cells = list(enumerate(row[column] for row in table.cells))
    theirs = [(c.theirs.value, y) for y, c in cells if c.theirs and c.theirs.value is not None]
    ours = [(c.ours.mean, y + 0.18) for y, c in cells if c.ours and c.ours.mean is not None]
    if theirs:
        label = f"{title}, published" if ours else title
        axis.plot(*zip(*theirs, strict=True), **sign, markerfacecolor="none", label=label)
    if ours:
        axis.plot(*zip(*ours, strict=True), **sign, label=f"{title}, ours")
