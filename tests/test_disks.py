"""On a disk that is full or read-only each command ends by one clear error; files obey the umask."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from orca.own_run.entry_file import OwnRun
from orca.provenance import write_json
from tests.data.made_tasks import CLASSES, prepare
from tests.training.test_kills import Step
from tests.training.toys import run

ROOT = Path(__file__).parents[1]
TASK = "openml_61"
COMMANDS = [
    f"fetch --task {TASK}",
    f"prepare {TASK}",
    "published --out results/published",
    "tabulate demo",
    "pretrain-body swin_fractals",
]
SCRIPT = """\
import sys
from pathlib import Path
from orca import cli
def seen():
    files = (path for path in Path().rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.endswith(".lock")}
before = seen()
for command in sys.argv[1:]:
    sys.argv[1:] = command.split()
    print("$", command, file=sys.stderr)
    try:
        cli.main()
    except SystemExit as end:
        print("ends with", end.code, file=sys.stderr)
changed = dict(seen().items() ^ before.items())
print("% changed:", *changed, file=sys.stderr)
"""
READ_ONLY = 'mount -o bind,ro "$PWD" "$PWD"\ncd "$PWD"'
FULL = """\
mkdir full
mount -t tmpfs -o size=512k tmpfs full
cp -r results full/
cd full
head -c 1M /dev/zero > filled 2> /dev/null || true"""


def orca(folder: Path, commands: list[str], *, first: str = "true") -> str:
    """Run commands, after something that the shell does for them alone; return what they say."""
    shell = ["sh", "-euc", f'{first}\nexec "$@"', "sh", sys.executable, "-c", SCRIPT, *commands]
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else []
    path = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*alone, *shell], cwd=folder, env=path, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder whose task is fetched and prepared."""
    folder = tmp_path_factory.mktemp("made")
    orca(folder, COMMANDS[:2])
    return folder


@pytest.mark.parametrize("disk", ["read-only", "full"])
def test_a_command_that_cannot_write_ends_by_one_clear_error(disk, made):
    if os.geteuid() and disk == "full":
        pytest.skip("a disk of 512 kB needs root")
    if os.geteuid():
        for path in (made, *made.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222)
        first = "true"
    elif subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "x", made]).returncode:
        pytest.skip("this root may not mount")
    else:
        first = READ_ONLY if disk == "read-only" else FULL
    told, _, left = orca(made, COMMANDS, first=first).rpartition("% ")
    assert left.strip() == "changed:"
    assert "Traceback" not in told
    said = dict(zip(COMMANDS, told.split("$ ")[1:], strict=True))
    for command in COMMANDS:
        assert re.search(r"(Read-only file system|No space left|Permission denied)", said[command])
        assert re.search(r"Mend: make room on the disk .*\nends with 1$", said[command].strip())


@pytest.mark.parametrize("mask", [0o002, 0o027, 0o077])
def test_what_is_written_has_the_modes_that_the_umask_leaves(mask, tmp_path, monkeypatch):
    before = os.umask(mask)
    try:
        prepare(CLASSES, tmp_path / "prepared", monkeypatch)
        run(Step("a"), tmp_path / "runs")
        OwnRun("x", tmp_path / "x.orca.yaml", {"tasks": {"x": {"path": "x"}}}, []).write()
        write_json(tmp_path / "x.json", {})
    finally:
        os.umask(before)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in tmp_path.rglob("*"):
        allowed = 0o666 if path.is_file() else 0o777
        assert stat.S_IMODE(path.stat().st_mode) == allowed & ~mask, path
