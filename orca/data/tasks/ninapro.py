"""NinaPro DB5: from the electric activity of a forearm's muscles to one of 18 gestures.

Source: Pizzolato et al. 2017; NAS-Bench-360 (arXiv:2110.05668): 16 electrodes, 52 samples at
200 Hz. How its 3,956 windows were chosen from the full set is not documented.
Differs from the official code: inputs are standardised (`ninapro_official`: they are not); its
focal loss with gamma 0 is cross-entropy; the validation file is not trained on.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from orca.data.nas_bench_360 import in_bucket
from orca.data.safe_pickle import load_npy_file
from orca.data.target import Classes
from orca.data.task import Normalisation, Part, Samples, Splits, Task

PARTS = ("train", "val", "test")
MEGABYTES = {"ninapro_train.npy": 15}
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
        in_bucket(name, f"ninapro/{name}", bundled=f"ninaPro/{name}", mb=MEGABYTES.get(name))
        for part in PARTS
        for name in (f"ninapro_{part}.npy", f"label_{part}.npy")
    ),
    source="ninapro",
    normalisation=Normalisation(inputs="per_channel"),
)
TASKS = {
    "ninapro": NINAPRO,
    "ninapro_official": replace(
        NINAPRO,
        loss="focal",
        normalisation=Normalisation(),
        variant_of="ninapro",
        as_published=True,
        differs="inputs as they are, and the focal loss with gamma 0, as in the official code",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the six arrays; electrodes become rows, time columns."""
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
