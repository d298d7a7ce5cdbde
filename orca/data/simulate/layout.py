"""The published file layouts: one file of large arrays, one group per sample, MATLAB's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias, runtime_checkable

import numpy as np
from jaxtyping import Float

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


@runtime_checkable
class Layout(Protocol):
    """A way to organise a data set in a file."""

    def write(self, path: Path, header: Header, blocks: Iterable[Block]) -> None:
        """Write all blocks, which come in ascending order, to a new file at `path`."""


def cell_centres(low: float, high: float, cells: int) -> Float[np.ndarray, " cells"]:
    """Return the centres of equal cells that fill the interval from `low` to `high`."""
    return low + (np.arange(cells) + 0.5) * ((high - low) / cells)


@dataclass(frozen=True, kw_only=True)
class SingleFile:
    """HDF5 with one array per field, `tensor` or the like, and `<axis>-coordinate` beside it.

    Source: the files of PDEBench (arXiv:2210.07182) that end in `.hdf5`.
    """

    def write(self, path: Path, header: Header, blocks: Iterable[Block]) -> None:
        """Write all blocks to a new file at `path`."""
        import h5py

        with h5py.File(path, "w") as file:
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


@dataclass(frozen=True, kw_only=True)
class Groups:
    """HDF5 with a group per sample, "0000" on: `data`, `grid/<axis>`, the constants as `config`.

    Source: the files of PDEBench (arXiv:2210.07182) that end in `.h5`.
    """

    def write(self, path: Path, header: Header, blocks: Iterable[Block]) -> None:
        """Write all blocks, whose only field is `data`, to a new file at `path`."""
        import h5py
        import yaml

        config = yaml.safe_dump({"sim": dict(header.attributes), "origin": dict(header.origin)})
        axes = {axis: values.astype(np.float32) for axis, values in header.axes.items()}
        with h5py.File(path, "w") as file:
            _write_attributes(file, header)
            for samples, fields in blocks:
                for sample, values in zip(samples, fields["data"], strict=True):
                    group = file.create_group(f"{sample:04d}")
                    group.attrs["config"] = config
                    group["data"] = values
                    for axis, coordinates in axes.items():
                        group[f"grid/{axis}"] = coordinates


@dataclass(frozen=True, kw_only=True)
class MatFile:
    """MATLAB's level 5 format: one array of doubles per field, not compressed.

    The arrays are mapped into memory, not held in it. MATLAB stores the first axis, the sample,
    fastest. An array may take at most 2^31 - 1 bytes, which 1024 samples of 421 x 421 do not.

    Source: the files of the FNO paper (arXiv:2010.08895); the format as published by MathWorks.
    """

    def write(self, path: Path, header: Header, blocks: Iterable[Block]) -> None:
        """Write all blocks to a new file at `path`."""
        arrays: Fields = {}
        for samples, fields in blocks:
            if not arrays:
                shapes = {key: (header.samples, *v.shape[1:]) for key, v in fields.items()}
                arrays = _lay_out_mat_file(path, shapes)
            for key, values in fields.items():
                arrays[key][samples.start : samples.stop] = values
        for array in arrays.values():
            if isinstance(array, np.memmap):
                array.flush()


def _write_attributes(file: Any, header: Header) -> None:
    for name, value in header.origin.items():
        file.attrs[f"simulated_{name}"] = value
    if header.frames is not None:
        file.attrs["frames"] = np.asarray(header.frames, np.int64)


def _lay_out_mat_file(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Fields:
    """Write a level 5 file with room for arrays of doubles; return them, mapped into memory."""
    starts: dict[str, int] = {}
    with path.open("wb") as file:
        text = b"MATLAB 5.0 MAT-file, simulated"
        file.write(text.ljust(116) + bytes(8) + np.array([0x0100], "<u2").tobytes() + b"IM")
        for key, shape in shapes.items():
            starts[key] = _lay_out_array(file, key, shape)
    return {
        key: np.memmap(path, "<f8", "r+", starts[key], shape, order="F")
        for key, shape in shapes.items()
    }


def _lay_out_array(file: BinaryIO, key: str, shape: tuple[int, ...]) -> int:
    """Append an array of doubles, all zero; return the place of its first value."""
    int8, int32, uint32, double, matrix, double_class = 1, 5, 6, 9, 14, 6
    values = 8 * int(np.prod(shape))
    parts = (
        _element(uint32, np.array([double_class, 0], "<u4").tobytes())
        + _element(int32, np.array(shape, "<i4").tobytes())
        + _element(int8, key.encode("ascii"))
        + np.array([double, values], "<u4").tobytes()
    )
    file.write(np.array([matrix, len(parts) + values], "<u4").tobytes() + parts)
    start = file.tell()
    file.truncate(start + values)
    file.seek(start + values)
    return start


def _element(kind: int, content: bytes) -> bytes:
    tag = np.array([kind, len(content)], "<u4").tobytes()
    return tag + content + bytes(-len(content) % 8)
