"""Processes that begin with what they need imported already, which takes a new one seconds."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess

from snakemake import cli as snakemake_cli

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["snakemake.cli", "orca.workflow.pages", "tests.training.toys", "tests.tuning.toy_search"]
)


def start(call: Callable[..., object], *arguments: object, said: Path) -> BaseProcess:
    """Start a call in a process; what it says goes to `said`.out and `said`.err."""
    process = _SERVER.Process(target=_call, args=(call, arguments, said))
    process.start()
    return process


def snakemake(place: Path, *words: str, copied: bool = False) -> CompletedProcess:
    """Run Snakemake in a folder; with the package that lies there, if it is `copied`."""
    said = place / ".said"
    process = start(_copied if copied else _snakemake, place, words, said=said)
    process.join()
    out, err = (Path(f"{said}.{ending}").read_text() for ending in ("out", "err"))
    return CompletedProcess(words, process.exitcode, out, err)


def _call(call: Callable, arguments: tuple, said: Path) -> None:
    for place, ending in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{said}.{ending}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), place)
    call(*arguments)


def _snakemake(place: Path, words: tuple[str, ...]) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    os.chdir(place)
    sys.argv = ["snakemake", *words]
    snakemake_cli.main()


def _copied(place: Path, words: tuple[str, ...]) -> None:
    os.environ["PYTHONPATH"] = str(place)
    sys.path.insert(0, str(place))
    for name in [name for name in sys.modules if name.split(".")[0] == "orca"]:
        del sys.modules[name]
    _snakemake(place, words)
