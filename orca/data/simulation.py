"""A simulated twin of a published data set: what it is, and how its file is made."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from orca.data.simulate.layout import Block, Fields, Header, Layout
from orca.errors import DataError, SettingsError

BLOCK_BYTES = 64 * 2**20
"""Stored fields of one block are kept under this size, whatever the number of samples."""

LARGEST_SEED = 2**32 - 1
"""Seeds take one 32-bit word, so that no two (sample, seed) pairs share a generator."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """The part of a file that is solved at once: which samples, on which grid, seen when.

    Args:
        samples: numbers of the samples; consecutive.
        cells: grid points along each axis.
        frames: numbers of the frames to return, ascending.
        seed: 0 repeats the published draws wherever these come from numpy's generator.
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
        file_names: names of the published files. Where there are two, they are independent
            draws: generate the second with another seed.
        layout: how the published files are organised.
        solve: solves the equation for a portion; fields are float32 unless the layout's file
            holds doubles, their first axis is the sample.
        axes: coordinates of the stored grid by axis name; the portion's samples do not matter.
        cells: published grid points along each axis.
        samples: published number of samples per file.
        frames: published number of frames.
        attributes: what the published file says of the equation's constants.
        variants: names of the ways to solve it; the first is the default.
        smallest_cells: fewer grid points than this do not resolve the equation.
        block: most samples solved at once.
    """

    title: str
    file_names: tuple[str, ...]
    layout: Layout
    solve: Callable[[Portion], Fields]
    axes: Callable[[Portion], Mapping[str, np.ndarray]]
    cells: int
    samples: int
    frames: int
    attributes: Mapping[str, float]
    variants: tuple[str, ...] = ("standard",)
    smallest_cells: int = 16
    block: int = 64

    def generate(  # noqa: PLR0913 - each is a choice of the caller's, and all have defaults
        self,
        path: Path,
        *,
        samples: int | None = None,
        cells: int | None = None,
        frames: tuple[int, ...] | None = None,
        seed: int = 0,
        variant: str | None = None,
        progress: Callable[[int], object] | None = None,
        workers: int = 1,
    ) -> None:
        """Solve the equation and write `path`, which appears only when it is complete.

        The contents depend on (seed, sample number) alone: not on `workers`, and a smaller
        `samples` gives the first samples of a larger file.

        Args:
            path: the file to write; missing folders are made, an old file is replaced.
            samples: how many; the published number if None.
            cells: grid points along each axis; the published number if None.
            frames: numbers of the frames to keep, ascending; all if None.
            seed: from 0 to 2^32 - 1.
            variant: the default one if None.
            progress: called with the number of samples finished since the last call.
            workers: processes to spread the blocks over; 1 stays in this one.

        Raises:
            SettingsError: if an argument is out of its range or the variant is unknown.
            DataError: if the file cannot be written.
        """
        portion = Portion(
            samples=range(self.samples if samples is None else samples),
            cells=self.cells if cells is None else cells,
            frames=tuple(range(self.frames)) if frames is None else tuple(frames),
            seed=seed,
            variant=self.variants[0] if variant is None else variant,
        )
        self._check(portion, workers)
        header = Header(
            samples=len(portion.samples),
            axes=self.axes(portion),
            attributes=self.attributes,
            frames=None if len(portion.frames) == self.frames else portion.frames,
            origin={"title": self.title, "variant": portion.variant, "seed": seed},
        )
        with _complete_or_absent(path) as unfinished:
            self.layout.write(unfinished, header, self._blocks(portion, workers, progress))

    def _check(self, portion: Portion, workers: int) -> None:
        _check_range("samples", len(portion.samples), 1, 2**32 - 1)
        _check_range("cells", portion.cells, self.smallest_cells, 2**14)
        _check_range("seed", portion.seed, 0, LARGEST_SEED)
        _check_range("workers", workers, 1, 1024)
        frames = portion.frames
        if not frames or list(frames) != sorted(set(frames)):
            raise SettingsError(
                where="frames",
                what=f"{frames} is not a list of ascending frame numbers",
                mend=f"give each wanted frame once, for instance (0, {self.frames - 1})",
            )
        _check_range("frames", frames[0], 0, self.frames - 1)
        _check_range("frames", frames[-1], 0, self.frames - 1)
        if portion.variant not in self.variants:
            raise SettingsError(
                where="variant",
                what=f"'{self.title}' has no variant '{portion.variant}'",
                mend="there are: " + ", ".join(self.variants),
            )

    def _blocks(
        self, portion: Portion, workers: int, progress: Callable[[int], object] | None
    ) -> Iterator[Block]:
        portions = self._split(portion)
        for done, fields in _in_order(self.solve, portions, workers):
            _check_finite(self.title, done, fields)
            yield done.samples, fields
            if progress is not None:
                progress(len(done.samples))

    def _split(self, portion: Portion) -> Iterator[Portion]:
        values = len(portion.frames) * portion.cells ** (2 if "y" in self.axes(portion) else 1)
        step = max(1, min(self.block, BLOCK_BYTES // (8 * values)))
        for start in range(0, len(portion.samples), step):
            yield Portion(
                samples=portion.samples[start : start + step],
                cells=portion.cells,
                frames=portion.frames,
                seed=portion.seed,
                variant=portion.variant,
            )


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


@contextmanager
def _complete_or_absent(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; it becomes `path` if all went well, else goes."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            where=str(path),
            what=f"cannot be written: {error}",
            mend="free space, or give a path in a folder that you may write to",
        ) from error


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SettingsError(
            where=name, what=f"{value} is out of range", mend=f"choose from {low} to {high}"
        )


def _check_finite(title: str, portion: Portion, fields: Fields) -> None:
    for name, values in fields.items():
        if not np.isfinite(values).all():
            raise DataError(
                where=f"{title}, samples {portion.samples[0]} to {portion.samples[-1]}, '{name}'",
                what="the solution is not finite",
                mend="choose more cells, or another seed",
            )
