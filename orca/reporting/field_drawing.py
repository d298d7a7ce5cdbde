"""Draws predicted and true fields: curves in one dimension, pictures in two."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Num

from orca.errors import ResultsError
from orca.reporting.look import PAGE, look, save, style

SHOWN = 3  # samples in a figure


def read_fields(path: Path) -> tuple[Num[np.ndarray, "n *grid"], Num[np.ndarray, "n *grid"]]:
    """Return true and predicted fields of the first channel, by sample.

    Raises:
        ResultsError: if the file does not hold `target` and `predicted` of equal shape
            [n, channels, *grid].
    """
    with np.load(path, allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in ("target", "predicted") if name in arrays}
    shapes = {array.shape for array in found.values()}
    if len(found) < 2 or len(shapes) > 1 or len(next(iter(shapes))) not in (3, 4):
        raise ResultsError(
            where=str(path),
            what="it does not hold 'target' and 'predicted' of one shape [n, channels, *grid]",
            mend="make it again by `orca predict` on a task whose target is a field",
        )
    return found["target"][:, 0], found["predicted"][:, 0]


def plot_fields(files: list[Path], stem: Path) -> None:
    """Draw the first samples of each file, true and predicted.

    Args:
        files: NumPy archives with `target` and `predicted`, a line of panels each.
        stem: of the files to write.
    """
    fields = [read_fields(path) for path in files]
    flat = fields[0][0].ndim == 2
    with look() as figure_class:
        if flat:
            figure = figure_class(figsize=(PAGE, 1.6 * len(fields) + 0.5))
            axes = figure.subplots(len(fields), SHOWN, squeeze=False, sharex=True)
            for line, (target, predicted) in zip(axes, fields, strict=True):
                _draw_curves(line, target, predicted)
            handles, labels = axes[0][0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=2)
        else:
            figure = figure_class(figsize=(PAGE, 1.75 * len(fields) * SHOWN))
            axes = figure.subplots(len(fields) * SHOWN, 3, squeeze=False)
            for number, (target, predicted) in enumerate(fields):
                for sample in range(min(SHOWN, len(target))):
                    line = axes[number * SHOWN + sample]
                    _draw_pictures(figure, line, target[sample], predicted[sample])
        save(figure, stem)


def _draw_curves(
    axes: Any, target: Num[np.ndarray, "n points"], predicted: Num[np.ndarray, "n points"]
) -> None:
    points = target.shape[1]
    places = (np.arange(points) + 0.5) / points
    for sample, axis in enumerate(axes[: len(target)]):
        axis.set_title(f"{points} points, sample {sample + 1}")
        axis.plot(places, target[sample], label="true", color="#b5b5b5", lw=2.6)
        axis.plot(places, predicted[sample], label="predicted", color=style(3)["color"], lw=1.0)
    axes[0].set_ylabel("u")


def _draw_pictures(
    figure: Any, axes: Any, target: Num[np.ndarray, "h w"], predicted: Num[np.ndarray, "h w"]
) -> None:
    low, high = float(target.min()), float(target.max())
    error = predicted - target
    reach = float(np.abs(error).max()) or 1.0
    panels: list[tuple[str, Num[np.ndarray, "h w"], dict[str, Any]]] = [
        ("true", target, {"vmin": low, "vmax": high}),
        ("predicted", predicted, {"vmin": low, "vmax": high}),
        ("difference", error, {"vmin": -reach, "vmax": reach, "cmap": "PuOr"}),
    ]
    for axis, (title, field, scale) in zip(axes, panels, strict=True):
        picture = axis.imshow(field, origin="lower", **scale)
        axis.set_title(f"{title}, {field.shape[0]} × {field.shape[1]}")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.grid(visible=False)
        figure.colorbar(picture, ax=axis, shrink=0.85)
