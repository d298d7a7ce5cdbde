"""ECG: is a recording of a heart normal, in atrial fibrillation, otherwise, or too noisy?

Source: Clifford et al. 2017 (CinC challenge 2017); Hong et al. 2020 (the windows);
NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: a recording's class is the majority of its windows' classes, as in
NAS-Bench-360 and in the challenge; there each window is scored by itself (`ecg_official`), and
windows overlap more in rare classes, in the test split as well. A tenth of the training
recordings is set aside to choose by.
"""

from dataclasses import replace
from pathlib import Path

from orca.data.nas_bench_360 import in_bucket
from orca.data.task import AS_READ, Classes, Samples, Splits, Task

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
    files=(in_bucket("challenge2017.pkl", "ECG/challenge2017.pkl"),),
    source="ecg",
    pooling="majority",
)
TASKS = {
    "ecg": ECG,
    "ecg_official": replace(
        ECG,
        pooling="none",
        metric="one_minus_f1_chunked",
        extra_metrics=("one_minus_f1",),
        baseline="ecg",
        differs="each window of 1000 samples is scored by itself, F1 is the mean over parts of 1000"
        " windows, as in the official code",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the pickled recordings, divide them, and cut each part into windows."""
    from orca.data.recordings import read_recordings, splits_of

    return splits_of(read_recordings(raw / task.files[0].name))
