"""Electrocardiograms of different length, divided by recording and cut into windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int

from orca.data.safe_pickle import load_pickle_file
from orca.data.split import draw_stratified
from orca.data.task import Block, Part, Splits
from orca.errors import DataError

LETTERS = ("N", "A", "O", "~")
STRIDES = (500, 83, 250, 25)
"""Samples between the starts of two windows, by class: rare classes overlap more."""

WINDOW = 1000
TEST_SHARE = 0.1
VALIDATION_SHARE = 0.1
VALIDATION_SEED = 0
RECORDINGS_AT_ONCE = 16


@dataclass(frozen=True)
class Recordings:
    """Signals at 300 Hz and their classes."""

    signals: tuple[np.ndarray, ...]
    labels: Int[np.ndarray, " n"]


def read_recordings(path: Path) -> Recordings:
    """Read `challenge2017.pkl`: a dict with `data`, a list of signals, and `label`, of letters.

    Raises:
        DataError: if the pickle is damaged, asks to run code, or holds something else.
    """
    content = load_pickle_file(path)
    try:
        signals = tuple(np.ravel(signal) for signal in content["data"])
        letters = [str(letter) for letter in np.ravel(content["label"])]
        labels = np.array([LETTERS.index(letter) for letter in letters])
    except (KeyError, TypeError, ValueError) as fault:
        raise DataError(
            where=str(path),
            what=f"it does not hold signals under 'data' and the letters {', '.join(LETTERS)}"
            f" under 'label': {fault}",
            mend="fetch it again",
        ) from fault
    if len(signals) != len(labels):
        raise DataError(
            where=str(path),
            what=f"{len(signals)} signals but {len(labels)} labels",
            mend="fetch it again",
        )
    return Recordings(signals, labels)


def splits_of(recordings: Recordings) -> Splits:
    """Divide recordings as the official code does, then training ones again for validation.

    Source: the official code of ORCA (commit 19b8c1c): scikit-learn's `train_test_split` with a
    test share of 0.1 and random state 0.
    """
    from sklearn.model_selection import train_test_split

    fit, test = train_test_split(
        np.arange(len(recordings.labels)), test_size=TEST_SHARE, random_state=0
    )
    fit, test = np.sort(fit), np.sort(test)
    chosen = draw_stratified(
        recordings.labels[fit],
        round(len(fit) * VALIDATION_SHARE),
        np.random.default_rng(VALIDATION_SEED),
    )
    train, validation = np.delete(fit, chosen), fit[chosen]
    whole = _part(recordings, np.concatenate([train, validation]))
    held_out = _part(recordings, validation).count
    return Splits(
        fit=whole,
        test=_part(recordings, test),
        validation=range(whole.count - held_out, whole.count),
    )


def windows(signal: np.ndarray, stride: int) -> Float32[np.ndarray, "n 1000"]:
    """Return all windows that start every `stride` samples, of the signal at mean 0, deviation 1.

    A signal of 1000 samples or fewer has none.
    """
    values = np.asarray(signal, np.float64)
    deviation = values.std()
    values = (values - values.mean()) / (deviation if deviation > 0 else 1.0)
    starts = range(0, len(values) - WINDOW, stride)
    return np.array([values[s : s + WINDOW] for s in starts], np.float32).reshape(-1, WINDOW)


def _count(length: int, stride: int) -> int:
    return len(range(0, length - WINDOW, stride))


def _part(recordings: Recordings, chosen: Int[np.ndarray, " m"]) -> Part:
    strides = [STRIDES[int(recordings.labels[number])] for number in chosen]
    counts = [
        _count(len(recordings.signals[number]), stride)
        for number, stride in zip(chosen, strides, strict=True)
    ]

    def blocks() -> Iterator[Block]:
        for start in range(0, len(chosen), RECORDINGS_AT_ONCE):
            some = chosen[start : start + RECORDINGS_AT_ONCE]
            cut = [_windows_of(recordings, number) for number in some]
            inputs = np.concatenate([inputs for inputs, _ in cut])
            if len(inputs):
                yield inputs, np.concatenate([labels for _, labels in cut])

    return Part(sum(counts), blocks, groups=np.repeat(chosen, counts).astype(np.int64))


def _windows_of(recordings: Recordings, number: Any) -> Block:
    label = int(recordings.labels[number])
    cut = windows(recordings.signals[number], STRIDES[label])
    return cut[:, None], np.full(len(cut), label)
