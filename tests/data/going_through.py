"""Takes a task from files on a loopback server to prepared files."""

from dataclasses import replace
from pathlib import Path

from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.store import Prepared
from orca.data.task import TASKS, Task
from tests.data.loopback import Loopback


def go(
    name: str, sources: Path, tmp_path: Path, server: Loopback, **changes: object
) -> tuple[Task, Prepared, Prepared]:
    """Fetch what lies in `sources` through the server, prepare it, and return the readers."""
    task = TASKS[name]
    files = tuple(
        replace(
            way,
            urls=(server.serve(way.name, (sources / way.name).read_bytes()),),
            size=None,
            digest="",
            attempts=1,
        )  # fmt: skip
        for way in task.files
    )
    task = replace(task, files=files, **changes)
    fetch(task, tmp_path / "raw" / task.source)
    out = tmp_path / "prepared" / name
    prepare(task, name, tmp_path / "raw" / task.source, out)
    return task, Prepared(out / "fit.h5", task), Prepared(out / "test.h5", task)
