"""Draws training histories of a results folder for the report."""

import io
import math
from collections import defaultdict
from pathlib import Path
from textwrap import fill
from typing import Any

from orca.reporting.figures import legend_below, read_history
from orca.reporting.look import PAGE, look, style
from orca.reporting.names import method_title, task_title

Drawing = tuple[str, str, str, str]  # name, title, SVG, caption
QUANTITIES = {
    "train_loss": ("Training loss", "Loss on the training samples by epoch of stage three"),
    "validation_metric": ("Validation", "The task's metric on the validation samples by epoch"),
}


def drawings(results: Path, order: list[str]) -> list[Drawing]:
    """Return a drawing for each recorded quantity: a panel a task, a curve a method.

    Args:
        results: folder of results.
        order: methods as the tables have them, so that a method looks the same everywhere.
    """
    histories: dict[tuple[str, str], dict[str, list[dict[str, list[float]]]]] = {}
    for path in sorted((results / "finetuned").glob("*/*/*/seed*/history.csv")):
        task, body, method = path.parts[-5:-2]
        by_method = histories.setdefault((task, body), defaultdict(list))
        by_method[method].append(read_history(path))
    found = []
    for quantity, (title, caption) in QUANTITIES.items():
        having = {
            place: kept
            for place, by_method in histories.items()
            if (kept := _having(by_method, quantity))
        }
        if having:
            svg = _draw(having, quantity, title, order)
            text = f"{caption}; mean over seeds, and their range shaded."
            found.append((quantity, title, svg, text))
    return found


def _having(
    by_method: dict[str, list[dict[str, list[float]]]], quantity: str
) -> dict[str, list[dict[str, list[float]]]]:
    """Return the histories that hold a value of the quantity."""
    kept = {
        method: [run for run in runs if any(map(math.isfinite, run.get(quantity, [])))]
        for method, runs in by_method.items()
    }
    return {method: runs for method, runs in kept.items() if runs}


def _draw(
    panels: dict[tuple[str, str], dict[str, list[dict[str, list[float]]]]],
    quantity: str,
    title: str,
    order: list[str],
) -> str:
    methods = list(dict.fromkeys([*order, *(m for panel in panels.values() for m in panel)]))
    bodies = {body for _, body in panels}
    across = min(3, len(panels))
    down = math.ceil(len(panels) / across)
    with look() as figure_class:
        figure = figure_class(figsize=(PAGE, 1.75 * down + 0.45))
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for axis, ((task, body), panel) in zip(axes, panels.items(), strict=False):
            title_text = f"{task_title(task)}, {body}" if len(bodies) > 1 else task_title(task)
            axis.set_title(fill(title_text, 30))
            values = [_draw_method(axis, panel[m], quantity, m, methods.index(m)) for m in panel]
            positive = [v for v in sum(values, []) if v > 0]
            if len(positive) == len(sum(values, [])) and max(positive) > 30 * min(positive):
                axis.set_yscale("log")
            axis.set_xlabel("epoch")
            axis.xaxis.get_major_locator().set_params(integer=True)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        axes[0].set_ylabel(title.lower())
        legend_below(figure, axes, columns=4)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _draw_method(
    axis: Any, runs: list[dict[str, list[float]]], quantity: str, method: str, index: int
) -> list[float]:
    """Draw mean and range over seeds at the epochs that all have; return the means."""
    by_epoch: dict[float, list[float]] = defaultdict(list)
    for run in runs:
        for epoch, value in zip(run["epoch"], run[quantity], strict=True):
            if math.isfinite(value):
                by_epoch[epoch].append(value)
    epochs = [epoch for epoch in sorted(by_epoch) if len(by_epoch[epoch]) == len(runs)]
    means = [sum(by_epoch[epoch]) / len(runs) for epoch in epochs]
    low = [min(by_epoch[epoch]) for epoch in epochs]
    high = [max(by_epoch[epoch]) for epoch in epochs]
    axis.fill_between(epochs, low, high, color=style(index)["color"], alpha=0.15, lw=0)
    axis.plot(epochs, means, label=method_title(method), **style(index))
    return means
