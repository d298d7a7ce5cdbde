"""Satellite: from a pixel's vegetation index over a year to one of 24 kinds of land cover.

Source: Petitjean et al. 2012 (SITS_2006_NDVI_C); NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: series are standardised (`satellite_official`: they are not);
100,000 of the training series are set aside to choose by.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from orca.data.nas_bench_360 import in_bucket
from orca.data.raw_file import reading
from orca.data.safe_pickle import load_npy_file
from orca.data.target import Classes
from orca.data.task import Normalisation, Part, Samples, Splits, Task
from orca.data.tasks import with_official

FEWER = (1, 3, 10, 30, 100, 300)
"""Thousands of series, from where the paper's axis begins."""
SATELLITE = Task(
    title="Satellite",
    suite="nas_bench_360",
    origin="SITS_2006_NDVI_C, Petitjean et al. 2012; GPL 3.0 as NAS-Bench-360 states",
    input_shape=(1, 46),
    target=Classes(24),
    samples=Samples(train=800_000, validation=100_000, test=100_000),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=tuple(
        in_bucket(f"satellite/{name}", mb=mb)
        for name, mb in (("satellite_train.npy", 322), ("satellite_test.npy", 35))
    ),
    source="satellite",
    normalisation=Normalisation(inputs="per_channel"),
)
TASKS = {
    **with_official(
        "satellite",
        SATELLITE,
        normalisation=Normalisation(),
        differs="series as they are, as in the official code",
    ),
    **{
        f"satellite_{thousands}k": replace(
            SATELLITE,
            title=f"Satellite, {thousands},000 series",
            samples=Samples(train=900 * thousands, validation=100 * thousands, test=100_000),
            variant_of="satellite",
            differs=f"{thousands},000 of the 900,000 series to train and to choose (Figure 4, right)",
            option=1000 * thousands,
        )
        for thousands in FEWER
    },
}


def read(raw: Path, task: Task) -> Splits:
    """Read the two pickled dictionaries; classes count from 1 there."""
    train, test = (raw / way.name for way in task.files)
    count = task.option if isinstance(task.option, int) else None
    return Splits(fit=_part(train, count), test=_part(test))


def _part(path: Path, count: int | None = None) -> Part:
    """Read one file; of the series, `count` are drawn, the same each time."""
    content = load_npy_file(path)
    faults = (ValueError, KeyError, TypeError, AttributeError)
    with reading(path, "it holds no 'data' and 'label'", *faults):
        inside = content.item()
        series, labels = np.asarray(inside["data"]), np.asarray(inside["label"], np.int64)
    if count is not None:
        drawn = np.sort(np.random.default_rng(0).permutation(len(series))[:count])
        series, labels = series[drawn], labels[drawn]
    return Part.of(series.astype(np.float32)[:, None, :], labels - 1)
