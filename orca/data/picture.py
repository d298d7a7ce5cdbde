"""A picture of a few samples of a prepared task, so that a person can see what a model is fed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int, Num

from orca.data.store import Prepared
from orca.data.target import Classes, Field, MultiLabel, Scalar
from orca.data.task import Task
from orca.provenance import atomic

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

SAMPLES = 4
MOST_CHANNELS = 3
"""Further channels of an input are left out, and the picture says so."""

GREY = "#5b6470"
LINES = ("#1f5fa8", "#c1572b", "#2f7d4f", "#7a4d9f")


def draw_samples(task: Task, fit: Path, path: Path) -> None:
    """Draw four training samples of a `fit.h5`: inputs above, targets below, in their own units.

    A sequence is drawn as lines, a table's row as bars (normalised), a grid as images, three
    channels of stored bytes as a colour picture; points of a target that do not count stay blank.
    The samples stand at equal distances through the training rows; where there are classes, they
    are of different ones as far as possible. The format is that of the suffix.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with Prepared(fit, task) as prepared:
        rows = _chosen(prepared, task)
        inputs = prepared.read(rows)[0]
        if inputs.shape[2] > 1:
            inputs = prepared.input_constants.decode(inputs)
        targets = prepared.targets(rows)
        colour = inputs.shape[1] == 3 and prepared.stored("inputs", rows).dtype == np.uint8
    shown = _channels_shown(inputs.shape[1])
    panels = 1 if colour or task.kind == "sequence" else len(shown)
    target_panels = len(_target_fields(task, targets[0]))
    height = 1.7 if task.kind == "sequence" else 1.8
    figure = Figure(
        figsize=(2.1 * SAMPLES, height * (panels + target_panels) + 0.7), layout="constrained"
    )
    FigureCanvasAgg(figure)
    axes = figure.subplots(panels + target_panels, len(rows), squeeze=False)
    for column, row in enumerate(rows):
        _draw_input(axes[:panels, column], inputs[column], task, colour=colour)
        _draw_target(axes[panels:, column], targets[column], task)
        axes[0, column].set_title(_caption(task, targets[column], int(row)), fontsize=8)
    left_out = inputs.shape[1] - len(shown)
    further = f"; {left_out} further channels not shown" if left_out and panels > 1 else ""
    shape = " x ".join(str(n) for n in inputs.shape[1:])
    unit = task.target.unit if isinstance(task.target, Scalar) else ""
    figure.suptitle(
        f"{task.title}: input {shape}{further}{unit and f'; target: {unit}'}", fontsize=9
    )
    with atomic(path) as temporary:
        figure.savefig(temporary, dpi=110, format=path.suffix.removeprefix("."))


def _channels_shown(count: int) -> list[int]:
    """Return the numbers of a few channels of an input, at equal distances."""
    return [int(n) for n in np.linspace(0, count - 1, min(MOST_CHANNELS, count))]


def _chosen(prepared: Prepared, task: Task) -> Int[np.ndarray, " n"]:
    rows = prepared.rows("train")
    if isinstance(task.target, Classes):
        labels = prepared.targets(rows)
        _, first = np.unique(labels, return_index=True)
        spread = np.linspace(0, len(first) - 1, min(SAMPLES, len(first))).astype(int)
        picked = list(first[spread])
        others = (n for n in np.linspace(0, len(rows) - 1, 2 * SAMPLES).astype(int))
        picked += [n for n in others if n not in picked][: SAMPLES - len(picked)]
        return rows[np.array(picked)]
    places = np.linspace(0, len(rows) - 1, min(SAMPLES, len(rows))).astype(int)
    return rows[places]


def _caption(task: Task, target: Num[np.ndarray, "*target"] | np.number, row: int) -> str:
    if isinstance(task.target, Classes):
        names = task.target.names
        return names[int(target)] if names else f"class {int(target)}"
    if isinstance(task.target, MultiLabel):
        labels = np.flatnonzero(target)
        shown = ", ".join(str(n) for n in labels[:6]) + (", ..." if len(labels) > 6 else "")
        return f"labels {shown}" if len(labels) else "no label"
    if isinstance(task.target, Field):
        return f"sample {row}"
    return f"target {float(target):.4g}"


def _target_fields(
    task: Task, target: Num[np.ndarray, "*target"] | np.number
) -> list[tuple[str, Num[np.ndarray, "*grid"]]]:
    if not isinstance(task.target, Field):
        return []
    channels = task.target.channels
    target = np.array(target, np.float32)
    fields = target[:channels]
    if task.target.masked:
        fields[target[channels:] != 0] = np.nan
    if len(task.target.grid) == 1:
        return [("target", fields)]
    return [(f"target {n + 1}" if channels > 1 else "target", fields[n]) for n in range(channels)]


def _draw_input(
    axes: Any, values: Float[np.ndarray, "*input"], task: Task, *, colour: bool
) -> None:
    if task.kind == "sequence":
        _draw_sequence(axes[0], values, "input")
    elif colour:
        axes[0].imshow(np.clip(values.transpose(1, 2, 0) / 255.0, 0, 1))
        _plain(axes[0])
    else:
        for number, axis in zip(_channels_shown(len(values)), axes, strict=True):
            word = f"input {number + 1}" if len(axes) > 1 else "input"
            _draw_image(axis, values[number], word)


def _draw_target(axes: Any, target: Num[np.ndarray, "*target"] | np.number, task: Task) -> None:
    for axis, (word, values) in zip(axes, _target_fields(task, target), strict=True):
        if values.ndim == 2 and isinstance(task.target, Field) and len(task.target.grid) == 2:
            _draw_image(axis, values, word)
        else:
            _draw_sequence(axis, values, word)


def _draw_sequence(
    axis: "matplotlib.axes.Axes", values: Num[np.ndarray, "channels length"], word: str
) -> None:
    from matplotlib.ticker import MaxNLocator

    channels, length = values.shape
    if length == 1:
        axis.bar(range(channels), values[:, 0], color=LINES[0])
        axis.set_xlabel("column", fontsize=7)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylim(-4, 4)
    elif channels > len(LINES) or (channels > 1 and np.isin(values, (0, 1)).all()):
        axis.imshow(values[:, :120], aspect="auto", cmap="Greys", interpolation="nearest")
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_xlabel("place" + (" (first 120)" if length > 120 else ""), fontsize=7)
    else:
        for number in range(channels):
            axis.plot(values[number], color=LINES[number], linewidth=min(0.8, 800 / length))
    axis.set_ylabel(word, fontsize=7)
    axis.tick_params(labelsize=6, colors=GREY)


def _draw_image(axis: "matplotlib.axes.Axes", values: Num[np.ndarray, "h w"], word: str) -> None:
    seen = values[np.isfinite(values)]
    low, high = np.percentile(seen, [0.5, 99.5]) if len(seen) else (0.0, 1.0)
    if low == high and len(seen):
        low, high = float(seen.min()), float(seen.max())
    elongated = max(values.shape) > 2 * min(values.shape)
    image = axis.imshow(
        values, cmap="viridis", vmin=low, vmax=high, aspect="auto" if elongated else "equal"
    )
    bar = axis.figure.colorbar(image, ax=axis, fraction=0.05, pad=0.02)
    bar.ax.tick_params(labelsize=5, colors=GREY)
    axis.set_ylabel(word, fontsize=7)
    _plain(axis)


def _plain(axis: "matplotlib.axes.Axes") -> None:
    axis.set_xticks([])
    axis.set_yticks([])
