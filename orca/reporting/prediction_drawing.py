"""Draws what a run predicted for test samples: confusions, sizes of errors, certainty, fields."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from orca.errors import ResultsError
from orca.evaluation.predictions import read_predictions
from orca.reporting.look import PAGE, as_svg, look, say, style

Predicted = Float[np.ndarray, "n *output"]
Targets = Shaped[np.ndarray, "n *target"]
BINS = 10  # of the reliability diagram
MOST_NAMED = 12  # classes that a confusion matrix names and counts one by one
WORST = 5  # samples that are listed
SHOWN = 3  # samples in a figure of fields
LEAST = 1e-12


def draw_predictions(kind: str, predicted: Predicted, target: Targets, names: Sequence[str]) -> str:
    """Return a drawing as SVG of what a run gives: logits, numbers or fields.

    The kind is the target's: `Classes`, `MultiLabel`, `Scalar` or `Field`. Names are those of the
    classes, as far as they are known.
    """
    with look(PAGE, 3.0) as figure:
        draw, _ = _KINDS[kind]
        draw(figure.subplots(1, 2), predicted, target, names)
        return as_svg(figure)


def worst_samples(
    kind: str, predicted: Predicted, target: Targets, names: Sequence[str]
) -> list[tuple[int, str, str, float]]:
    """Return the test samples with the largest errors: number, target, prediction, error.

    The error of a class is minus the logarithm of its probability, that of labels the mean of
    theirs, that of a number the distance, that of a field the distance relative to its size.
    """
    _, errors_of = _KINDS[kind]
    errors = errors_of(predicted, target)
    order = np.argsort(-errors, kind="stable")[:WORST]
    return [
        (int(i), *_in_words(kind, predicted[i], target[i], names), float(errors[i])) for i in order
    ]


def _in_words(kind: str, predicted: Any, target: Any, names: Sequence[str]) -> tuple[str, str]:
    if kind == "Classes":
        from scipy.special import softmax

        likely, shares = int(predicted.argmax()), softmax(predicted)
        return _name(int(target), names), f"{_name(likely, names)} ({shares[likely]:.0%})"
    if kind == "Scalar":
        return f"{float(target):.4g}", f"{float(predicted):.4g}"
    if kind == "MultiLabel":
        found = (np.flatnonzero(target), np.flatnonzero(predicted > 0))
        told = (", ".join(_name(int(i), names) for i in each) or "none" for each in found)
        return next(told), next(told)
    return f"size {np.linalg.norm(target):.4g}", f"size {np.linalg.norm(predicted):.4g}"


def _name(number: int, names: Sequence[str]) -> str:
    return names[number] if number < len(names) else str(number)


def _draw_classes(axes: Any, predicted: Predicted, target: Targets, names: Sequence[str]) -> None:
    from scipy.special import softmax
    from sklearn.metrics import ConfusionMatrixDisplay

    count = predicted.shape[1]
    few = count <= MOST_NAMED
    labels = [_name(number, names) for number in range(count)] if few else None
    ConfusionMatrixDisplay.from_predictions(
        target, predicted.argmax(axis=1), labels=range(count), display_labels=labels,
        include_values=few, xticks_rotation=45 if few else 0, colorbar=not few, ax=axes[0],
    )  # fmt: skip
    axes[0].grid(visible=False)
    axes[0].set_title("confusion: samples by class")
    shares = softmax(predicted, axis=1)
    right = predicted.argmax(axis=1) == target
    _draw_reliability(axes[1], shares.max(axis=1), right, "probability of the predicted class")


def _draw_labels(axes: Any, predicted: Predicted, target: Targets, names: Sequence[str]) -> None:
    from scipy.special import expit

    shares = expit(predicted)
    right = ((predicted > 0) == (target > 0.5)).mean(axis=0)
    axes[0].bar(range(len(right)), right, color=style(0)["color"])
    axes[0].set_title("labels: share of right answers")
    if len(right) <= MOST_NAMED:
        places = range(len(right))
        axes[0].set_xticks(places, [_name(i, names) for i in places], rotation=45)
    _draw_reliability(axes[1], shares.ravel(), target.ravel() > 0.5, "probability of a label")


def _draw_reliability(axis: Any, sure: Any, right: Any, what: str) -> None:
    from sklearn.calibration import calibration_curve

    axis.set_title("reliability")
    if len(np.unique(right)) < 2:
        say(axis, "all are right" if right.all() else "none is right")
        return
    share, mean = calibration_curve(right, np.clip(sure, 0, 1), n_bins=BINS)
    axis.plot((0, 1), (0, 1), color="#7f7f7f", linewidth=0.8)
    axis.plot(mean, share, marker="o", **style(0))
    axis.set(xlabel=what, ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))


def _draw_numbers(axes: Any, predicted: Predicted, target: Targets, names: Sequence[str]) -> None:
    del names
    predicted, target = predicted.ravel(), target.ravel()
    ends = (min(target.min(), predicted.min()), max(target.max(), predicted.max()))
    axes[0].plot(ends, ends, color="#7f7f7f", linewidth=0.8)
    axes[0].scatter(target, predicted, s=8, color=style(0)["color"], alpha=0.6)
    axes[0].set(title="predicted by true", xlabel="true", ylabel="predicted")
    axes[1].hist(predicted - target, bins="auto", color=style(0)["color"])
    axes[1].set(title="errors", xlabel="predicted less true", ylabel="samples")


def _draw_fields(axes: Any, predicted: Predicted, target: Targets, names: Sequence[str]) -> None:
    del names
    worst = int(_field_errors(predicted, target).argmax())
    shown = (target[worst][0], predicted[worst][0])
    for axis, field, title in zip(axes, shown, ("true", "predicted"), strict=True):
        axis.set_title(f"worst sample, {title}")
        if field.ndim == 1:
            axis.plot(field, **style(0))
            axis.set_ylim(min(f.min() for f in shown), max(f.max() for f in shown))
        else:
            axis.imshow(field, vmin=shown[0].min(), vmax=shown[0].max())
            axis.grid(visible=False)


def _field_errors(predicted: Predicted, target: Targets) -> Float[np.ndarray, " n"]:
    flat = (predicted - target).reshape(len(target), -1)
    size = np.linalg.norm(target.reshape(len(target), -1), axis=1)
    return np.linalg.norm(flat, axis=1) / np.maximum(size, LEAST)


def _class_errors(predicted: Predicted, target: Targets) -> Float[np.ndarray, " n"]:
    from scipy.special import softmax

    return -np.log(np.maximum(softmax(predicted, axis=1)[np.arange(len(target)), target], LEAST))


def _label_errors(predicted: Predicted, target: Targets) -> Float[np.ndarray, " n"]:
    return np.logaddexp(0, np.where(target > 0.5, -predicted, predicted)).mean(axis=1)


def _number_errors(predicted: Predicted, target: Targets) -> Float[np.ndarray, " n"]:
    return np.abs(predicted - target).reshape(len(target), -1).mean(axis=1)


def plot_fields(coarse: Path, fine: Path, stem: Path, protocol: str) -> None:
    """Draw the first samples of fields on a line at two resolutions, true and predicted.

    Raises:
        ResultsError: if a file does not hold `target` and `predicted` of equal shape
            [n, channels, points].
    """
    with look(PAGE, 3.7, stem, protocol=protocol) as figure:
        axes = figure.subplots(2, SHOWN, squeeze=False, sharex=True)
        for line, (target, predicted) in zip(axes, map(_on_a_line, (coarse, fine)), strict=True):
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


def _on_a_line(path: Path) -> tuple[Float[np.ndarray, "n points"], Float[np.ndarray, "n points"]]:
    """Return true and predicted fields of the first channel."""
    predicted, target = read_predictions(path)
    if predicted.shape != target.shape or target.ndim != 3:
        raise ResultsError(
            where=str(path),
            what="it does not hold 'target' and 'predicted' of one shape [n, channels, points]",
            mend="make it again by `orca predict` on a task whose target is a field on a line",
        )
    return target[:, 0], predicted[:, 0]


_KINDS: dict[str, tuple[Callable[..., None], Callable[..., Any]]] = {  # drawing, errors
    "Classes": (_draw_classes, _class_errors),
    "MultiLabel": (_draw_labels, _label_errors),
    "Scalar": (_draw_numbers, _number_errors),
    "Field": (_draw_fields, _field_errors),
}
