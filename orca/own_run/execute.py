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

    Unfinished jobs of an earlier call are done again, and go on from their checkpoints. The
    configuration files are laid over the workflow's own; `progress` hears of every job.

    Raises:
        ResultsError: if a job failed; `progress` has said what its log says.
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
    """Return what is said after the failed jobs' own errors, or where no job failed."""
    if not progress.failed:
        return ResultsError(
            where="the workflow", what=str(fault), mend="mend what is said, and run it again"
        )
    return ResultsError(
        where=", ".join(progress.failed),
        what="the job failed, as said above",
        mend="mend what is said and type the same command again: what is done stays",
    )
