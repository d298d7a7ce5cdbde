"""The published layouts, one file of large arrays or one group per sample; grids and frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from orca.data.hdf5_write import written

Fields: TypeAlias = dict[str, np.ndarray]
"""Arrays by the key they are stored under; the first axis is the sample."""

Block: TypeAlias = tuple[range, Fields]
"""Numbers of consecutive samples, and their fields."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a file says beside its fields.

    Args:
        samples: how many there will be.
        axes: coordinates by axis name ("x", "y", "t"); the whole time axis even if only some
            frames are kept.
        attributes: constants of the equation, as the published file names them.
        frames: original numbers of the kept frames, or None if all are kept.
        origin: where the numbers come from, so that no twin passes for the published file.
    """

    samples: int
    axes: Mapping[str, np.ndarray]
    attributes: Mapping[str, float]
    frames: tuple[int, ...] | None
    origin: Mapping[str, str | int]


def cell_centres(low: float, high: float, cells: int) -> Float[np.ndarray, " cells"]:
    """Return the centres of equal cells that fill the interval from `low` to `high`."""
    return low + (np.arange(cells) + 0.5) * ((high - low) / cells)


def at_frames(
    state: np.ndarray,
    frames: tuple[int, ...],
    following: Callable[[np.ndarray, int], np.ndarray],
    seen: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> Iterator[np.ndarray]:
    """Yield what is seen of a state at some frames, in single precision.

    Args:
        state: at frame 0.
        frames: ascending numbers.
        following: returns the state at a frame, from the one at the frame before.
        seen: returns what is kept of a state.
    """
    for frame in range(frames[-1] + 1):
        if frame > 0:
            state = following(state, frame)
        if frame in frames:
            yield seen(state).astype(np.float32)


def write_arrays(path: Path, header: Header, blocks: Iterable[Block]) -> None:
    """Write HDF5 with one array per field, `tensor` or the like, and `<axis>-coordinate` beside it.

    Source: the files of PDEBench (arXiv:2210.07182) that end in `.hdf5`.
    """
    with written(path) as file:
        _write_attributes(file, header)
        file.attrs.update(header.attributes)
        for axis, values in header.axes.items():
            file[f"{axis}-coordinate"] = values.astype(np.float32)
        for samples, fields in blocks:
            for key, values in fields.items():
                stored = file.require_dataset(
                    key, (header.samples, *values.shape[1:]), np.float32, exact=True
                )
                stored[samples.start : samples.stop] = values


def write_groups(path: Path, header: Header, blocks: Iterable[Block]) -> None:
    """Write HDF5 with a group per sample, "0000" on: `data`, the only field, and `grid/<axis>`.

    The constants are a text, the attribute `config`.

    Source: the files of PDEBench (arXiv:2210.07182) that end in `.h5`.
    """
    import yaml

    config = yaml.safe_dump({"sim": dict(header.attributes), "origin": dict(header.origin)})
    axes = {axis: values.astype(np.float32) for axis, values in header.axes.items()}
    with written(path) as file:
        _write_attributes(file, header)
        for samples, fields in blocks:
            for sample, values in zip(samples, fields["data"], strict=True):
                group = file.create_group(f"{sample:04d}")
                group.attrs["config"] = config
                group["data"] = values
                for axis, coordinates in axes.items():
                    group[f"grid/{axis}"] = coordinates


def _write_attributes(file: Any, header: Header) -> None:
    for name, value in header.origin.items():
        file.attrs[f"simulated_{name}"] = value
    if header.frames is not None:
        file.attrs["frames"] = np.asarray(header.frames, np.int64)
