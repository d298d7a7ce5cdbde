"""A simulated twin of a published data set: what it is, and how its file is made."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from jaxtyping import Float

from orca.data.hdf5_write import written
from orca.errors import DataError
from orca.provenance import atomic

if TYPE_CHECKING:
    import h5py

Fields: TypeAlias = dict[str, np.ndarray]
"""Arrays by the key they are stored under; the first axis is the sample."""

BLOCK_BYTES = 64 * 2**20
"""Stored fields of one block are kept under this size, whatever the number of samples."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """The part of a file that is solved at once: which samples, on which grid, seen when.

    Args:
        samples: numbers of the samples; consecutive.
        cells: grid points along each axis.
        frames: numbers of the frames to return, ascending.
        seed: 0 repeats the published draws wherever these come from numpy's generator; below 2^32,
            so that no two samples and seeds share a generator.
        variant: one of the simulation's variants.
    """

    samples: range
    cells: int
    frames: tuple[int, ...]
    seed: int
    variant: str

    def generators(self) -> list[np.random.Generator]:
        """Return one generator per sample; each depends on the sample's number and the seed only.

        With seed 0 they are numpy's default generators seeded with the sample numbers, as in
        PDEBench: a trailing zero adds nothing to the entropy that numpy hashes.
        """
        return [np.random.default_rng([sample, self.seed]) for sample in self.samples]


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """One benchmark data set that we can make ourselves from its equation.

    Args:
        title: the equation, for people.
        layout: how the published files are organised: large `arrays`, or `groups` of one sample.
        solve: solves the equation for a portion; the first axis of a field is the sample.
        domain: from where to where each axis goes.
        cells: published grid points along each axis.
        frames: published number of frames.
        frame_interval: time from one to the next; None for what does not change with time.
        dimensions: of space.
        spacing: side of a cell, if the domain grows and shrinks with their number.
        attributes: what the published file says of the equation's constants.
        variants: names of the ways to solve it; the first is the default.
        block: most samples solved at once.
    """

    title: str
    layout: Literal["arrays", "groups"]
    solve: Callable[[Portion], Fields]
    domain: tuple[float, float]
    cells: int
    frames: int
    frame_interval: float | None = None
    dimensions: Literal[1, 2] = 1
    spacing: float | None = None
    attributes: Mapping[str, float]
    variants: tuple[str, ...] = ("standard",)
    block: int = 64

    def generate(
        self,
        path: Path,
        portion: Portion,
        *,
        progress: Callable[[int], object] = lambda _: None,
        workers: int = 1,
    ) -> None:
        """Solve the equation and write `path`, which appears only when it is complete.

        The contents depend on (seed, sample number) alone: not on `workers`, and fewer samples
        give the first samples of a larger file.

        Args:
            path: the file to write; missing folders are made, an old file is replaced.
            portion: all that the file holds; samples count from 0.
            progress: called with the number of samples finished since the last call.
            workers: processes to spread the blocks over; 1 stays in this one.

        Raises:
            DataError: if a solution is not finite.
            StateError: if the file cannot be written.
        """
        with atomic(path) as unfinished, written(unfinished) as file:
            origin = {"title": self.title, "variant": portion.variant, "seed": portion.seed}
            file.attrs.update({f"simulated_{name}": value for name, value in origin.items()})
            if len(portion.frames) < self.frames:
                file.attrs["frames"] = np.asarray(portion.frames, np.int64)
            axes = {k: v.astype(np.float32) for k, v in self.axes(portion.cells).items()}
            blocks = self._blocks(portion, workers, progress)
            if self.layout == "groups":
                self._write_groups(file, axes, blocks, origin)
            else:
                self._write_arrays(file, axes, blocks, len(portion.samples))

    def axes(self, cells: int) -> dict[str, np.ndarray]:
        """Return the coordinates of the stored grid by axis name; files of arrays have a time more."""
        low, high = self.domain
        if self.spacing is not None:
            low, high = -cells * self.spacing / 2, cells * self.spacing / 2
        axes = dict.fromkeys("xy"[: self.dimensions], cell_centres(low, high, cells))
        if self.frame_interval is not None:
            times = self.frames + (self.layout == "arrays")
            axes["t"] = self.frame_interval * np.arange(times)
        return axes

    def _write_arrays(
        self, file: "h5py.File", axes: Fields, blocks: Iterable[tuple[range, Fields]], count: int
    ) -> None:
        """Write an array per field, and `<axis>-coordinate` beside it.

        Source: the files of PDEBench (arXiv:2210.07182) that end in `.hdf5`.
        """
        file.attrs.update(self.attributes)
        for axis, values in axes.items():
            file[f"{axis}-coordinate"] = values
        for samples, fields in blocks:
            for key, values in fields.items():
                shape = (count, *values.shape[1:])
                stored = file.require_dataset(key, shape, np.float32, exact=True)
                stored[samples.start : samples.stop] = values

    def _write_groups(
        self, file: "h5py.File", axes: Fields, blocks: Iterable[tuple[range, Fields]], origin: Any
    ) -> None:
        """Write a group per sample, "0000" on, with `data`, the only field, and `grid/<axis>`.

        The constants are a text, the attribute `config`.

        Source: the files of PDEBench (arXiv:2210.07182) that end in `.h5`.
        """
        import yaml

        config = yaml.safe_dump({"sim": dict(self.attributes), "origin": origin})
        for samples, fields in blocks:
            for sample, values in zip(samples, fields["data"], strict=True):
                group = file.create_group(f"{sample:04d}")
                group.attrs["config"] = config
                group["data"] = values
                for axis, coordinates in axes.items():
                    group[f"grid/{axis}"] = coordinates

    def _blocks(
        self, portion: Portion, workers: int, progress: Callable[[int], object]
    ) -> Iterator[tuple[range, Fields]]:
        for done, fields in _in_order(self.solve, self._split(portion), workers):
            for name, values in fields.items():
                if not np.isfinite(values).all():
                    numbers = f"samples {done.samples[0]} to {done.samples[-1]}"
                    raise DataError(
                        where=f"{self.title}, {numbers}, '{name}'",
                        what="the solution is not finite",
                        mend="choose more cells, or another seed",
                    )
            yield done.samples, fields
            progress(len(done.samples))

    def _split(self, portion: Portion) -> Iterator[Portion]:
        values = len(portion.frames) * portion.cells**self.dimensions
        step = max(1, min(self.block, BLOCK_BYTES // (8 * values)))
        for start in range(0, len(portion.samples), step):
            yield replace(portion, samples=portion.samples[start : start + step])


def _in_order(
    solve: Callable[[Portion], Fields], portions: Iterator[Portion], workers: int
) -> Iterator[tuple[Portion, Fields]]:
    """Yield each portion with its fields, in order; at most two per worker wait in memory."""
    if workers == 1:
        yield from ((portion, solve(portion)) for portion in portions)
        return
    waiting: deque[tuple[Portion, Future[Fields]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for portion in portions:
            waiting.append((portion, pool.submit(solve, portion)))
            if len(waiting) == 2 * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        for last, future in waiting:
            yield last, future.result()


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
