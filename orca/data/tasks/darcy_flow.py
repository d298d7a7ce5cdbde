"""Darcy flow: from the permeability of a material to the pressure of the fluid in it.

Source: Li et al. 2021 (arXiv:2010.08895), cut down as in NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: the last 100 training samples are set aside to choose the epoch
by; there, the epoch is chosen by its score on the test split. What normalises is found on the
others, not on all 1000, and divides by the deviation of these samples, not by its unbiased
estimate plus 1e-5 (`darcy_flow_official`).
`darcy_flow_simulated` is the same task on fields that we solve ourselves, and
`darcy_flow_simulated_small` has fewer of them, for demonstrations.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from orca.data.hdf5_checks import own_array
from orca.data.nas_bench_360 import in_bucket
from orca.data.raw_file import damaged, matlab_array, reading
from orca.data.target import Field
from orca.data.task import Normalisation, Part, Samples, Splits, Task, UnitGaussian
from orca.data.tasks import with_official
from orca.data.ways import Simulated

MIRROR = "https://hkzdata.s3.us-west-2.amazonaws.com/PINO/data"
NAMES = ("piececonst_r421_N1024_smooth1.mat", "piececonst_r421_N1024_smooth2.mat")
GRID = 85

DARCY_FLOW = Task(
    title="Darcy Flow",
    suite="nas_bench_360",
    origin="Fourier neural operator, Li et al. 2021; MIT",
    input_shape=(3, GRID, GRID),  # permeability, x, y: every fifth point of a 421 x 421 grid
    target=Field(grid=(GRID, GRID)),  # pressure
    samples=Samples(train=900, validation=100, test=100),
    loss="relative_l2",
    loss_in_units=True,
    metric="relative_l2",
    files=tuple(
        in_bucket(name, f"{MIRROR}/{name}", bundled=f"darcy-flow-5/{name}", mb=1_600)
        for name in NAMES
    ),
    source="darcy_flow",
    normalisation=Normalisation(inputs="per_position", targets="per_position"),
)


def _simulated(name: str, samples: Samples, **changes: Any) -> Task:
    """Return a twin of the task on fields that we solve ourselves."""
    counts = (samples.fit, samples.test)
    return replace(
        DARCY_FLOW,
        origin="solved by this project from the equation; no published data in it",
        samples=samples,
        files=tuple(
            Simulated(name=file, simulation="darcy_nas_bench", samples=count, cells=GRID, seed=seed)
            for seed, (file, count) in enumerate(zip(NAMES, counts, strict=True))
        ),
        source=name,
        **changes,
    )


TASKS = {
    **with_official(
        "darcy_flow",
        DARCY_FLOW,
        loss="relative_l2_sum",
        normalisation=UnitGaussian(inputs="per_position", targets="per_position"),
        differs="the loss is summed over a batch, and the validation samples count in what"
        " normalises, as in the official code",
    ),
    "darcy_flow_simulated": _simulated(
        "darcy_flow_simulated", DARCY_FLOW.samples, suite="nas_bench_360_simulated"
    ),
    "darcy_flow_simulated_small": _simulated(
        "darcy_flow_simulated_small",
        Samples(train=160, validation=32, test=48),
        suite="nas_bench_360_simulated_small",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read both files at 85 x 85 points, and put the coordinates beside the permeability."""
    simulated = isinstance(task.files[0], Simulated)
    stride = 1 if simulated else 5
    fit = _part(raw / NAMES[0], task.samples.fit, stride)
    test = _part(raw / NAMES[1], task.samples.test, stride)
    touched = np.zeros(task.input_shape, bool)
    touched[0] = True
    return Splits(
        fit=fit,
        test=test,
        validation=range(task.samples.train, task.samples.fit),
        normalised=touched,
    )


def _part(path: Path, samples: int, stride: int) -> Part:
    permeability, pressure = (
        read_field(path, key, samples=samples, stride=stride) for key in ("coeff", "sol")
    )
    return Part.of(_with_coordinates(permeability), pressure[:, None])


def read_field(path: Path, key: str, *, samples: int, stride: int) -> Float32[np.ndarray, "n h w"]:
    """Return the first samples of a field, every `stride`-th point; it is held whole meanwhile.

    A MATLAB file of level 7.3 is HDF5 with the axes in reverse order, which our own HDF5 has not.

    Raises:
        DataError: if the file is damaged, holds no such field, or fewer samples.
    """
    import h5py

    if h5py.is_hdf5(path):
        with reading(path, f"'{key}' cannot be read", OSError, KeyError), h5py.File(path) as file:
            values = own_array(file, key, mend="fetch it again")[()]
            field = values if "simulated_title" in file.attrs else values.T
    else:
        field = matlab_array(path, key, where=path)
    if field.ndim != 3 or len(field) < samples:
        raise damaged(path, f"the shape of '{key}' is {field.shape}; {samples} fields are wanted")
    return field[:samples, ::stride, ::stride].astype(np.float32)


def _with_coordinates(fields: Float32[np.ndarray, "n h w"]) -> Float32[np.ndarray, "n 3 h w"]:
    """Put x (along a row) and y (down a column), from 0 to 1, beside each field."""
    x, y = np.meshgrid(np.linspace(0, 1, fields.shape[2]), np.linspace(0, 1, fields.shape[1]))
    beside = np.broadcast_to(np.stack([x, y]), (len(fields), 2, *fields.shape[1:]))
    return np.concatenate([fields[:, None], beside], axis=1).astype(np.float32)
