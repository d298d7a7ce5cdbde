from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orca.data.fetch import fetch
from orca.data.nas_bench_360 import Bundle, Bundled, Held
from orca.data.prepare import prepare
from orca.data.store import Prepared
from orca.data.task import TASKS, Splits, Task
from orca.errors import DataError
from tests.data import made_tasks
from tests.data.loopback import Loopback, loopback


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder for a publisher's files."""
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


@pytest.fixture
def made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Prepared, Prepared]]:
    """Prepare a task from arrays instead of raw files, and return the readers of both files."""

    def take(task: Task, splits: Splits | None = None) -> tuple[Prepared, Prepared]:
        made_tasks.prepare(task, tmp_path, monkeypatch, splits=splits)
        return Prepared(tmp_path / "fit.h5", task), Prepared(tmp_path / "test.h5", task)

    return take


def vouched(task: Task, raw: Path) -> None:
    """Fetch a task's files; a person looks at those that nobody's digest tells, and trusts them."""
    try:
        fetch(task, raw)
    except DataError as told:
        if "--trust" not in told.mend:
            raise
        fetch(task, raw, trusted=True)


def resized(task: Task, grid: tuple[int, ...]) -> Task:
    """Return a task on another grid."""
    target = replace(task.target, grid=grid)
    return replace(task, input_shape=(task.input_shape[0], *grid), target=target)


def refused(name: str, server: Loopback, *contents: bytes) -> Task:
    """Return a task whose server refuses, but the last of whose archives come from one of our own."""
    bad = server.serve("bad", b"", statuses=[403] * 99)
    files = []
    for way in TASKS[name].files:
        held = []
        for place, content in zip(way.held[-len(contents) :], contents, strict=True):
            (archive,) = place.bundle.files
            archive = replace(archive, urls=(server.serve(archive.name, content),), attempts=1)
            held.append(Held(place.member, Bundle((archive,), place.bundle.source)))
        files.append(replace(way, urls=(bad,), held=tuple(held)))
    return replace(TASKS[name], files=tuple(files))


@pytest.fixture
def through(tmp_path: Path) -> Callable[..., tuple[Prepared, Prepared]]:
    """Fetch and prepare a task, and return the readers of both files."""

    def take(name: str, task: Task, out: str = "prepared") -> tuple[Prepared, Prepared]:
        raw = tmp_path / "raw" / task.source
        vouched(task, raw)
        prepare(task, name, raw, tmp_path / out)
        folder = tmp_path / out
        return Prepared(folder / "fit.h5", task), Prepared(folder / "test.h5", task)

    return take


@pytest.fixture
def go(
    sources: Path, server: Loopback, through: Callable[..., tuple[Prepared, Prepared]]
) -> Callable[..., tuple[Prepared, Prepared]]:
    """Take a declared task, with changes, through the server from its files in `sources`."""

    def take(
        name: str, out: str = "prepared", *, grid: tuple[int, ...] = (), **changes: object
    ) -> tuple[Prepared, Prepared]:
        task = resized(TASKS[name], grid) if grid else TASKS[name]
        files = tuple(
            replace(
                way,
                urls=(server.serve(way.name, (sources / way.name).read_bytes()),),
                size=None,
                digest="",
                attempts=1,
                **({"held": ()} if isinstance(way, Bundled) else {}),
            )
            for way in task.files
        )
        return through(name, replace(task, files=files, **changes), out)

    return take
