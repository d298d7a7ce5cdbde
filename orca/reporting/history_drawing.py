"""Draws the histories of runs: a panel for each task and body, a curve for each method."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import fill
from typing import Any

from orca.alignment.distance import DISTANCES
from orca.errors import ResultsError
from orca.reporting.look import COLUMN, PAGE, Drawing, as_svg, legend_below, look, say, style
from orca.reporting.names import method_title, task_title

Columns = Any  # a pandas.DataFrame by epoch; pandas is slow to import, and few who plan need it
Curves = dict[str, list[Columns]]  # runs by alignment or method
Panels = dict[tuple[str, str], Curves]  # by task and body
QUANTITIES = {  # columns of a history
    "train_loss": ("Training loss", "Loss on the training samples by epoch of stage three"),
    "validation": ("Validation", "The task's metric on the validation samples by epoch"),
}


def read_history(path: Path) -> Columns:
    """Return the columns of a history by epoch; an alignment of no epoch has none.

    Raises:
        ResultsError: if the file holds something that is no number, or lines without an epoch.
    """
    import pandas as pd

    try:
        if not path.read_text(encoding="utf-8").strip():
            return pd.DataFrame()
        found = pd.read_csv(path, index_col="epoch", dtype=float)
    except (OSError, ValueError) as fault:
        raise ResultsError(
            where=str(path),
            what=f"this is no history: {fault}",
            mend=f"make it again: snakemake --force {path}",
        ) from fault
    return found.replace([math.inf, -math.inf], math.nan)


def _by_panel(histories: Iterable[Path], column: str) -> Panels:
    """Return a column of the histories by panel, of each run that has a value in it."""
    found: Panels = defaultdict(lambda: defaultdict(list))
    for path in sorted(histories):
        task, body, curve = path.parts[-5:-2]
        run = read_history(path)
        values = run[column].dropna() if column in run else ()
        found[task, body][curve] += [values] if len(values) else []
    return found


def _by_epoch(runs: list[Columns]) -> Columns:
    """Return a column for each run, with the epochs at which every run has a value."""
    import pandas as pd

    return pd.concat(runs, axis="columns", join="inner").sort_index()


def _size(panels: Panels) -> tuple[int, int]:
    """Return how many panels stand under and beside each other."""
    across = min(len(panels), 3) or 1
    return math.ceil(len(panels) / across) or 1, across


def _draw_panels(figure: Any, panels: Panels, draw: Callable[[Any, Curves], None]) -> Any:
    """Return a figure's axes, with each panel drawn by epoch; `draw` draws its curves."""
    axes = figure.subplots(*_size(panels), squeeze=False)
    bodies = {body for _, body in panels}
    for axis, ((task, body), curves) in zip(axes.ravel(), panels.items(), strict=False):
        title = task_title(task)
        axis.set_title(fill(f"{title}, {body}" if len(bodies) > 1 else title, 30))
        draw(axis, curves)
        axis.set_xlabel("epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
    for axis in axes.ravel()[len(panels) :]:
        axis.set_axis_off()
    return axes


def plot_alignment(histories: list[Path], stem: Path, protocol: str) -> None:
    """Draw the distance at each epoch of stage two, a panel for each task and body.

    Each seed is drawn thinly, and the mean where every seed has a value. Histories lie in
    `<task>/<body>/<alignment>/seed<k>/history.csv`.
    """
    panels = _by_panel(histories, "value")
    alignments = sorted({name for curves in panels.values() for name in curves})

    def draw(axis: Any, curves: Curves) -> None:
        for name, runs in curves.items():
            look_of = style(alignments.index(name))
            for run in runs if len(runs) > 1 else []:
                axis.plot(run, color=look_of["color"], lw=0.6, alpha=0.45)
            if runs:
                axis.plot(_by_epoch(runs).mean(axis="columns"), label=name, **look_of)
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))

    one = len(alignments) == 1
    down, across = _size(panels)
    width = COLUMN if across == 1 else PAGE
    with look(width, 1.75 * down + 0.35, stem, protocol=protocol) as figure:
        axes = _draw_panels(figure, panels, draw)
        for axis in axes[:, 0] if panels else []:
            axis.set_ylabel(f"{_distance(alignments[0])} to the source" if one else "distance")
        if len(alignments) > 1:
            axes[0, 0].legend()
        if not panels:
            say(axes[0, 0], "no task was aligned")


def _distance(alignment: str) -> str:
    """Return the title of the distance that an alignment's folder name begins with."""
    return DISTANCES[alignment.split("-", 1)[0]].title


def training_curves(histories: list[Path], order: list[str]) -> list[Drawing]:
    """Return a drawing for each recorded quantity: a panel a task, a curve a method.

    Histories lie in `<task>/<body>/<method>/seed<k>/history.csv`. The order of the methods is that
    of the tables, so that a method looks the same everywhere.
    """
    found = []
    for quantity, (title, caption) in QUANTITIES.items():
        kept = {
            place: {method: runs for method, runs in curves.items() if runs}
            for place, curves in _by_panel(histories, quantity).items()
        }
        panels: Panels = {place: curves for place, curves in kept.items() if curves}
        if panels:
            text = f"{caption}; mean over seeds, and their range shaded."
            svg = _draw_training(panels, title, order)
            found.append(Drawing(f"c-{quantity}", title, text, svg))
    return found


def _draw_training(panels: Panels, title: str, order: list[str]) -> str:
    methods = list(dict.fromkeys([*order, *(m for panel in panels.values() for m in panel)]))

    def draw(axis: Any, curves: Curves) -> None:
        means: list[float] = []
        for method, runs in curves.items():
            values, look_of = _by_epoch(runs), style(methods.index(method))
            low, high = values.min(axis="columns"), values.max(axis="columns")
            axis.fill_between(values.index, low, high, color=look_of["color"], alpha=0.15, lw=0)
            mean = values.mean(axis="columns")
            axis.plot(mean, label=method_title(method), **look_of)
            means.extend(mean)
        if means and min(means) > 0 and max(means) > 30 * min(means):
            axis.set_yscale("log")

    with look(PAGE, 1.75 * _size(panels)[0] + 0.45) as figure:
        axes = _draw_panels(figure, panels, draw)
        axes[0, 0].set_ylabel(title.lower())
        legend_below(figure, axes.ravel(), columns=4)
        return as_svg(figure)


def plot_estimate_beside_exact(history: Path, stem: Path, protocol: str) -> None:
    """Draw the class-wise distance and the exact one by epoch, columns `value` and `exact`.

    Raises:
        ResultsError: if the exact distance was not kept.
    """
    columns = read_history(history)
    if "exact" not in columns or columns["exact"].isna().all():
        raise ResultsError(
            where=str(history),
            what="it does not hold the exact distance (column 'exact')",
            mend="align with align.record_exact_every set, as the method orca_exact_recorded does",
        )
    with look(COLUMN, 2.3, stem, protocol=protocol) as figure:
        axis = figure.subplots()
        for index, (name, label) in enumerate((("value", "class by class"), ("exact", "exact"))):
            axis.plot(columns[name].dropna(), label=label, **style(index))
        axis.set_xlabel("epoch of alignment")
        axis.set_ylabel("OTDD")
        axis.legend()
