"""Draws predicted and true fields on a line."""

from pathlib import Path

import numpy as np
from jaxtyping import Num

from orca.errors import ResultsError
from orca.reporting.look import PAGE, look, style

SHOWN = 3  # samples in a figure


def _fields(path: Path) -> tuple[Num[np.ndarray, "n points"], Num[np.ndarray, "n points"]]:
    """Return true and predicted fields of the first channel, by sample."""
    with np.load(path, allow_pickle=False) as arrays:
        found = [arrays[name] for name in ("target", "predicted") if name in arrays]
    if len(found) < 2 or found[0].shape != found[1].shape or found[0].ndim != 3:
        raise ResultsError(
            where=str(path),
            what="it does not hold 'target' and 'predicted' of one shape [n, channels, points]",
            mend="make it again by `orca predict` on a task whose target is a field on a line",
        )
    return found[0][:, 0], found[1][:, 0]


def plot_fields(files: list[Path], stem: Path, protocol: str) -> None:
    """Draw the first samples of each file, true and predicted.

    Args:
        files: NumPy archives with `target` and `predicted`, a line of panels each.
        stem: of the files to write.
        protocol: sentence under the figure.

    Raises:
        ResultsError: if a file does not hold `target` and `predicted` of equal shape
            [n, channels, points].
    """
    with look(PAGE, 1.6 * len(files) + 0.5, stem, protocol=protocol) as figure:
        axes = figure.subplots(len(files), SHOWN, squeeze=False, sharex=True)
        for line, (target, predicted) in zip(axes, map(_fields, files), strict=True):
            points = target.shape[1]
            places = (np.arange(points) + 0.5) / points
            colour = style(3)["color"]
            for sample, axis in enumerate(line[: len(target)]):
                axis.set_title(f"{points} points, sample {sample + 1}")
                axis.plot(places, target[sample], label="true", color="#b5b5b5", lw=2.6)
                axis.plot(places, predicted[sample], label="predicted", color=colour, lw=1.0)
            line[0].set_ylabel("u")
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
