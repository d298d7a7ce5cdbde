"""ECG: is a recording of a heart normal, in atrial fibrillation, otherwise, or too noisy?

Source: Clifford et al. 2017 (CinC challenge 2017), from PhysioNet; Hong et al. 2020 (the windows);
NAS-Bench-360 (arXiv:2110.05668), whose `challenge2017.pkl` holds the same recordings in the same
order, with the same labels: those of version 3 (as the script of Hong et al. makes it).
Differs from the official code: a recording's class is the majority of its windows' classes, as in
NAS-Bench-360 and in the challenge; there each window is scored on its own (`ecg_official`), and
windows overlap more in rare classes, in the test split as well. A tenth of the training
recordings is set aside to choose by. The official F1 is `one_minus_f1_chunked`, declared in
`orca.evaluation.metrics.one_minus_f1`.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int

from orca.data.download import Download
from orca.data.raw_file import matlab_array, member_of, open_zip, reading
from orca.data.split import draw_stratified
from orca.data.target import Classes
from orca.data.task import AS_READ, Block, Part, Samples, Splits, Task
from orca.data.tasks import with_official

PHYSIONET = "https://physionet.org/files/challenge-2017/1.0.0"
LETTERS = ("N", "A", "O", "~")
STRIDES = (500, 83, 250, 25)
"""Samples between the starts of two windows, by class: rare classes overlap more."""

WINDOW = 1000
TEST_SHARE = 0.1
VALIDATION_SHARE = 0.1
VALIDATION_SEED = 0
RECORDINGS_AT_ONCE = 16

NAMES = ("normal", "atrial fibrillation", "other", "noise")
ECG = Task(
    title="ECG",
    suite="nas_bench_360",
    origin="PhysioNet/CinC challenge 2017; ODC-BY 1.0",
    input_shape=(1, 1000),
    target=Classes(4, NAMES),
    samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
    loss="cross_entropy",
    metric="one_minus_f1",
    files=tuple(
        # Sizes as a third party has them.
        Download(name=name, urls=(f"{PHYSIONET}/{name}",), size=size, rounded=True)
        for name, size in (("training2017.zip", 99_226_822), ("REFERENCE-v3.csv", 76_752))
    ),
    source="ecg",
    pooling="majority",
)
TASKS = with_official(
    "ecg",
    ECG,
    pooling="none",
    metric="one_minus_f1_chunked",
    extra_metrics=("one_minus_f1",),
    differs="each window of 1000 samples is scored by itself, F1 is the mean over parts of 1000"
    " windows, as in the official code",
)


def read(raw: Path, task: Task) -> Splits:
    """Read signals at 300 Hz, divide them as the official code does, and cut them into windows.

    Training recordings are divided again, for validation.

    Source: the official code of ORCA (commit 19b8c1c): scikit-learn's `train_test_split` with a
    test share of 0.1 and random state 0.

    Raises:
        DataError: if a file is damaged, or a recording or its class is missing.
    """
    from sklearn.model_selection import train_test_split

    signals, labels = _recordings(*(raw / way.name for way in task.files))
    fit, test = train_test_split(np.arange(len(labels)), test_size=TEST_SHARE, random_state=0)
    fit, test = np.sort(fit), np.sort(test)
    count = round(len(fit) * VALIDATION_SHARE)
    chosen = draw_stratified(labels[fit], count, np.random.default_rng(VALIDATION_SEED))
    train, validation = np.delete(fit, chosen), fit[chosen]
    whole = _part(signals, labels, np.concatenate([train, validation]))
    held_out = _part(signals, labels, validation).count
    return Splits(
        fit=whole,
        test=_part(signals, labels, test),
        validation=range(whole.count - held_out, whole.count),
    )


def _recordings(archive: Path, listed: Path) -> tuple[list[np.ndarray], Int[np.ndarray, " n"]]:
    """Return the recordings that are listed, in the order of the list, and their class numbers."""
    what = f"a line is not a recording's name and one of {', '.join(LETTERS)}"
    with reading(listed, what, ValueError), listed.open(newline="") as file:
        rows = [(name, LETTERS.index(letter)) for name, letter in csv.reader(file)]
    signals = []
    with open_zip(archive) as opened:
        for name, _ in rows:
            member = f"training2017/{name}.mat"
            content = io.BytesIO(member_of(opened, member))
            signals.append(np.ravel(matlab_array(content, "val", where=f"{archive}, {member}")))
    return signals, np.array([number for _, number in rows], np.int64)


def windows(signal: np.ndarray, stride: int) -> Float32[np.ndarray, "n 1000"]:
    """Return all windows that start every `stride` samples, of the signal at mean 0, deviation 1.

    A signal of 1000 samples or fewer has none.
    """
    values = np.asarray(signal, np.float64)
    deviation = values.std()
    values = (values - values.mean()) / (deviation if deviation > 0 else 1.0)
    starts = range(0, len(values) - WINDOW, stride)
    return np.array([values[s : s + WINDOW] for s in starts], np.float32).reshape(-1, WINDOW)


def _part(
    signals: list[np.ndarray], labels: Int[np.ndarray, " n"], chosen: Int[np.ndarray, " m"]
) -> Part:
    counts = [len(range(0, len(signals[n]) - WINDOW, STRIDES[labels[n]])) for n in chosen]

    def blocks() -> Iterator[Block]:
        for start in range(0, len(chosen), RECORDINGS_AT_ONCE):
            some = slice(start, start + RECORDINGS_AT_ONCE)
            cut = [windows(signals[n], STRIDES[labels[n]]) for n in chosen[some]]
            if sum(counts[some]):
                yield np.concatenate(cut)[:, None], np.repeat(labels[chosen[some]], counts[some])

    return Part(sum(counts), blocks, groups=np.repeat(chosen, counts).astype(np.int64))
