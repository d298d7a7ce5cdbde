"""Runs targets of the workflow in this process, and stops its jobs when asked to."""

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil

from orca.configuration import CHECKOUT
from orca.errors import OrcaError, ResultsError, SettingsError
from orca.own_run.progress import Progress

LAST_LINES = 3  # of a job's log, where it ends with no declared error


def snakefile() -> Path:
    """Return the workflow's Snakefile.

    Raises:
        SettingsError: if the package is installed without the repository around it.
    """
    path = CHECKOUT / "Snakefile"
    if not path.is_file():
        raise SettingsError(
            where=str(path),
            what="the workflow is not there: the package is installed without it",
            mend="install from a checkout of the repository: pip install --editable .",
        )
    return path


def execute(
    targets: Sequence[str], *, config_files: Sequence[Path], cores: int, progress: Progress
) -> None:
    """Make targets of the workflow in the current folder.

    Unfinished jobs of an earlier call are done again, and go on from their checkpoints.

    Args:
        targets: files.
        config_files: laid over the workflow's own.
        cores: that jobs share.
        progress: hears of every job.

    Raises:
        ResultsError: if a job failed, with what its log says.
        KeyboardInterrupt: if the process was asked to stop; so are the jobs, which have ended.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.logging import logger
    from snakemake.settings import types

    stopped: list[int] = []
    quiet = types.OutputSettings(quiet={types.Quietness.ALL})
    with SnakemakeApi(quiet) as api, _heard(logger, progress), _stopping(stopped) as handle:
        progress.at_start = handle
        try:
            workflow = api.workflow(
                resource_settings=types.ResourceSettings(cores=cores),
                config_settings=types.ConfigSettings(configfiles=list(config_files)),
                snakefile=snakefile(),
                workdir=Path.cwd(),
            )
            settings = types.DAGSettings(targets=set(targets), force_incomplete=True)
            workflow.dag(settings).execute_workflow(
                executor="local",
                # As in the Makefile: a killed workflow would leave its lock behind, and every run
                # has a lock of its own.
                execution_settings=types.ExecutionSettings(lock=False, keep_going=True),
            )
        except OrcaError:
            raise
        except Exception as fault:
            if not stopped:
                raise _failed(progress, fault) from fault
        if stopped:
            raise KeyboardInterrupt


@contextmanager
def _heard(logger: logging.Logger, progress: Progress) -> Iterator[None]:
    logger.addHandler(progress)
    logger.propagate = False  # our own log lines go to the screen, its lines do not
    try:
        yield
    finally:
        logger.propagate = True
        logger.removeHandler(progress)


@contextmanager
def _stopping(stopped: list[int]) -> Iterator[Callable[[], None]]:
    """Yield what makes the jobs stop when this process is asked to.

    Snakemake's own handler, which it sets when it starts, would wait for the jobs to end; so ours
    is set whenever a job starts.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopped.append(number)
        for child in psutil.Process().children(recursive=True):
            child.terminate()
        raise KeyboardInterrupt

    def handle() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    handle()
    try:
        yield handle
    finally:
        for number, old in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, old)


def _failed(progress: Progress, fault: Exception) -> OrcaError:
    """Return the first failed job's own error, or what Snakemake says where no job failed."""
    if not progress.failed:
        return ResultsError(
            where="the workflow", what=str(fault), mend="mend what is said, and run it again"
        )
    rule, logs = progress.failed[0]
    for path in logs:
        if path.exists():
            return declared_error(rule, path)
    mend = "run the same command with `snakemake` to see more"
    return ResultsError(where=rule, what="the job failed and left no log", mend=mend)


def declared_error(rule: str, log: Path) -> OrcaError:
    """Return the error that a job's log ends with; its last lines where none is declared.

    Args:
        rule: of the job.
        log: its file.
    """
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    mends = [place for place, line in enumerate(lines) if line.startswith("Mend: ")]
    if mends and mends[-1] > 0:
        said = lines[mends[-1] - 1].partition(" ")[2]  # after the time of day
        where, _, what = said.partition(": ")
        mend = " ".join(lines[mends[-1] :]).removeprefix("Mend: ")
        return ResultsError(where=where, what=what, mend=mend)
    last = " | ".join(lines[-LAST_LINES:])
    return ResultsError(where=rule, what=last or "it ended without a word", mend=f"see {log}")
