"""Draws the histories of fine-tuned runs for the report."""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orca.reporting.figures import legend_below
from orca.reporting.histories import History, Panels, by_epoch, by_panel, draw_panels, finite
from orca.reporting.look import PAGE, look, style
from orca.reporting.names import method_title

Drawing = tuple[str, str, str, str]  # name, title, SVG, caption
QUANTITIES = {  # columns of a history
    "train_loss": ("Training loss", "Loss on the training samples by epoch of stage three"),
    "validation": ("Validation", "The task's metric on the validation samples by epoch"),
}


def drawings(histories: list[Path], order: list[str]) -> list[Drawing]:
    """Return a drawing for each recorded quantity: a panel a task, a curve a method.

    Args:
        histories: files whose paths end in `<task>/<body>/<method>/seed<k>/history.csv`.
        order: methods as the tables have them, so that a method looks the same everywhere.
    """
    panels = by_panel(histories)
    found = []
    for quantity, (title, caption) in QUANTITIES.items():
        having = _having(panels, quantity)
        if having:
            svg = _draw(having, quantity, title, order)
            text = f"{caption}; mean over seeds, and their range shaded."
            found.append((quantity, title, svg, text))
    return found


def _having(panels: Panels, quantity: str) -> Panels:
    """Return the histories that hold a value of the quantity."""
    kept = {
        place: {
            method: having
            for method, runs in curves.items()
            if (having := [run for run in runs if finite(run, quantity)])
        }
        for place, curves in panels.items()
    }
    return {place: curves for place, curves in kept.items() if curves}


def _draw(panels: Panels, quantity: str, title: str, order: list[str]) -> str:
    methods = list(dict.fromkeys([*order, *(m for panel in panels.values() for m in panel)]))

    def draw(axis: Any, curves: Mapping[str, list[History]]) -> None:
        values = [_draw_method(axis, curves[m], quantity, m, methods.index(m)) for m in curves]
        every = sum(values, [])
        if every and min(every) > 0 and max(every) > 30 * min(every):
            axis.set_yscale("log")

    across = min(3, len(panels))
    with look() as figure_class:
        figure = figure_class(figsize=(PAGE, 1.75 * math.ceil(len(panels) / across) + 0.45))
        axes = draw_panels(figure, panels, draw, across=across)
        axes[0].set_ylabel(title.lower())
        legend_below(figure, axes, columns=4)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _draw_method(
    axis: Any, runs: list[History], quantity: str, method: str, index: int
) -> list[float]:
    """Draw mean and range over seeds at the epochs that all have; return the means."""
    values = by_epoch(runs, quantity)
    means = [sum(found) / len(found) for found in values.values()]
    low, high = [min(found) for found in values.values()], [max(v) for v in values.values()]
    axis.fill_between(list(values), low, high, color=style(index)["color"], alpha=0.15, lw=0)
    axis.plot(list(values), means, label=method_title(method), **style(index))
    return means
