"""What lies where a file is read or written, and is none that could be: one clear error, soon."""

import errno
import os
import re
from pathlib import Path

import pytest

from orca import cli
from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.task import TASKS
from orca.data.user_task import task_of
from orca.errors import DataError, OrcaError, SettingsError
from orca.inspection import inspect
from orca.own_run.entry_file import own_run

ROWS = "a,b,target\n" + "".join(f"{n},{n * n % 7},{'yes' if n % 2 else 'no'}\n" for n in range(40))
TERABYTES = 10 * 2**40


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table of a person's, in the folder where commands run."""
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_text(ROWS)
    return Path("good.csv")


def sparse(path):
    path.write_text(ROWS)
    os.truncate(path, TERABYTES)


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, os.mkfifo, sparse, *(
        lambda path, to=to: path.symlink_to(to) for to in ("/dev/zero", "x.csv", "gone")
    )],
    ids=["folder", "fifo", "terabytes", "device", "loop", "link to nothing"],
)  # fmt: skip
def test_what_is_no_file_that_fits_is_refused(make, table):
    path = table.with_name("x.csv")
    make(path)
    reads = [lambda: own_run(path, name="", entry={"target": "target"})]
    reads += [] if path.is_dir() else [lambda: inspect(path)]
    for read in reads:
        with pytest.raises(OrcaError, match=r"x\.csv"):
            read()


@pytest.mark.parametrize("name", ["a\nb.csv", "\x1b[31m.csv", os.fsdecode(b"\xff.csv")])
def test_a_name_that_cannot_be_written_into_the_config_is_refused(name, table):
    table.rename(name)
    with pytest.raises(SettingsError, match="give the file or its folder another name"):
        own_run(Path(name), name="", entry={"target": "target"})


ENTRIES = ["3", "[1]", "{good: 3}", "{good: [a]}"] + [
    "{good: {path: good.csv, target: target, " + key + "}}"
    for key in ("kind: {}", "kind: x", "metric: []", "drop: 5", "target: 0", "classes: .5", "x: 1")
]


@pytest.mark.parametrize("tasks", ENTRIES)
def test_a_config_file_whose_entry_is_none_is_one_clear_error(tasks, table):
    config = table.with_name("good.orca.yaml")
    config.write_text(f"tasks: {tasks}")
    for file in (table, config):
        with pytest.raises(SettingsError, match=r"^good\.orca\.yaml, tasks"):
            task_of("good", own_run(file, name="", entry={}).entry, where="x")


@pytest.mark.parametrize(
    ("fault", "said"),
    [(MemoryError(), "the memory: it does not suffice\nMend: run fewer jobs")]
    + [
        (OSError(number, os.strerror(number), "x"), f"x: .*\nMend: {mend}")
        for number, mend in ((errno.EROFS, "make room"), (errno.EISDIR, "remove what"))
    ],
    ids=repr,
)
def test_what_the_system_refuses_is_told_without_a_trace(fault, said, monkeypatch, caplog):
    def fails(**_):
        raise fault

    monkeypatch.setattr(cli, "orca", fails)
    monkeypatch.setattr(cli.faulthandler, "enable", lambda: None)
    with pytest.raises(SystemExit, match="^1$"):
        cli.main()
    assert re.search(said, caplog.text)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, None])
def test_a_raw_file_that_is_none_is_not_waited_for(make, tmp_path):
    task, path = TASKS["openml_61"], tmp_path / "raw/61.arff"
    path.parent.mkdir()
    steps = [lambda: prepare(task, "openml_61", path.parent, tmp_path / "prepared")]
    if make:
        make(path)
        steps.append(lambda: fetch(task, path.parent))
    for step in steps:
        with pytest.raises(DataError, match=r"61\.arff: (it is no|there is no such) file"):
            step()
