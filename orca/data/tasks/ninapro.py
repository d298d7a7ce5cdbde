"""NinaPro DB5: from the electric activity of a forearm's muscles to one of 18 gestures.

Source: Pizzolato et al. 2017; NAS-Bench-360 (arXiv:2110.05668): 16 electrodes, 52 samples at
200 Hz. How its 3,956 windows were chosen from the full set is not documented: `ninapro_rebuilt` draws
as many from the authors' recordings.
Differs from the official code: inputs are standardised (`ninapro_official`: they are not); its
focal loss with gamma 0 is cross-entropy; the validation file is not trained on.
"""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float16, Int, Num

from orca.data.download import Download
from orca.data.nas_bench_360 import in_bucket
from orca.data.raw_file import damaged, matlab_array, member_of, open_zip
from orca.data.safe_pickle import load_npy_file
from orca.data.target import Classes
from orca.data.task import Normalisation, Part, Samples, Splits, Task
from orca.data.tasks import with_official

PARTS = ("train", "val", "test")
WIDTH, STEP = 52, 55
"""Samples of a window, and to the next: every eleventh of the script's windows, so that none overlap."""

RECORDINGS = tuple(
    Download(
        name=f"s{subject}.zip",
        urls=(
            f"https://zenodo.org/record/1000116/files/s{subject}.zip?download=1",
            f"https://ninapro.hevs.ch/files/DB5_Preproc/s{subject}.zip",
        ),
    )
    for subject in range(1, 11)
)


@dataclass(frozen=True)
class Drawn:
    """Windows are drawn from the recordings, by a generator of this seed."""

    seed: int = 0


NINAPRO = Task(
    title="NinaPro",
    suite="nas_bench_360",
    origin="NinaPro DB5, Pizzolato et al. 2017; CC BY-ND",
    input_shape=(1, 16, 52),
    target=Classes(18),
    samples=Samples(train=2638, validation=659, test=659),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=tuple(
        in_bucket(
            f"ninapro/{name}",
            bundled=f"ninaPro/{name}",
            mb=15 if name == "ninapro_train.npy" else None,
        )
        for part in PARTS
        for name in (f"ninapro_{part}.npy", f"label_{part}.npy")
    ),
    source="ninapro",
    normalisation=Normalisation(inputs="per_channel"),
)
TASKS = {
    **with_official(
        "ninapro",
        NINAPRO,
        loss="focal",
        normalisation=Normalisation(),
        differs="inputs as they are, and the focal loss with gamma 0, as in the official code",
    ),
    "ninapro_rebuilt": replace(
        NINAPRO,
        files=RECORDINGS,
        source="ninapro_db5",
        option=Drawn(),
        variant_of="ninapro",
        differs="windows of the authors' recordings, cut and filtered as the benchmark's script does"
        " and drawn by us, none overlapping another; the benchmark's choice is not documented",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the six arrays, or draw windows of the recordings; electrodes become rows, time columns."""
    if isinstance(task.option, Drawn):
        return _drawn(raw, task, np.random.default_rng(task.option.seed))
    signals, labels = (
        {part: load_npy_file(raw / f"{what}_{part}.npy") for part in PARTS}
        for what in ("ninapro", "label")
    )
    fit = np.concatenate([signals["train"], signals["val"]])
    validation = range(len(signals["train"]), len(fit))
    numbers = np.concatenate([labels["train"], labels["val"]])
    return Splits(
        fit=Part.of(_as_grids(fit), numbers.astype(np.int64)),
        test=Part.of(_as_grids(signals["test"]), labels["test"].astype(np.int64)),
        validation=validation,
    )


def _as_grids(signals: np.ndarray) -> np.ndarray:
    return signals.transpose(0, 2, 1)[:, None].astype(np.float32)


def _drawn(raw: Path, task: Task, generator: np.random.Generator) -> Splits:
    names = [way.name for way in task.files]
    cut = [_windows(raw / name) for name in names]
    signals, labels = (np.concatenate(arrays) for arrays in zip(*cut, strict=True))
    fit, needed = task.samples.fit, task.samples.fit + task.samples.test
    if len(labels) < needed:
        raise damaged(raw, f"{', '.join(names)} have {len(labels)} windows of {needed}")
    chosen = generator.permutation(len(labels))[:needed]
    parts = (Part.of(_as_grids(signals[some]), labels[some]) for some in np.split(chosen, [fit]))
    return Splits(fit=next(parts), test=next(parts), validation=range(task.samples.train, fit))


def _windows(path: Path) -> tuple[Float16[np.ndarray, "n 52 16"], Int[np.ndarray, " n"]]:
    """Return the windows of a subject's second exercise, and their gestures.

    A window of two repetitions is left out; one of two gestures has the lower number.

    Source: the script of NAS-Bench-360 (commit 587bb09, expert/NinaPro): its filter runs from one
    electrode to the next, not along time.
    """
    name = f"S{path.stem[1:]}_E2_A1.mat"
    with open_zip(path) as archive:
        inside = [member for member in archive.namelist() if Path(member).name == name]
        content = member_of(archive, (inside or [name])[0])
    signal, gestures, repetitions = (
        matlab_array(io.BytesIO(content), key, where=f"{path}, {name}")
        for key in ("emg", "restimulus", "rerepetition")
    )
    if signal.shape[1:] != (16,) or not len(signal) == gestures.size == repetitions.size:
        raise damaged(f"{path}, {name}", f"its signals have the shape {signal.shape}")
    rows = np.arange(0, len(signal) - WIDTH + 1, STEP)[:, None] + np.arange(WIDTH)
    within = repetitions.ravel()[rows]
    rows = rows[(within == within[:, :1]).all(axis=1)]
    return filtered(signal)[rows].astype(np.float16), gestures.ravel()[rows].min(axis=1).astype(int)


def filtered(signal: Num[np.ndarray, "n 16"]) -> Float[np.ndarray, "n 16"]:
    """Return a rectified signal after a high pass of third order: 2 Hz, if electrodes were times."""
    from scipy.signal import butter, lfilter

    return np.asarray(lfilter(*butter(3, 2 / 100, btype="high"), np.abs(signal)))
