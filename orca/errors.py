"""Errors that a person can put right: each names the place, the fault and the mend."""

import zipfile
import zlib
from collections.abc import Callable
from functools import partial

READER_FAULTS = (
    ValueError, TypeError, LookupError, OSError, EOFError, RuntimeError, OverflowError,
    zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What readers of zip files, arrays and tables say of a damaged one, by where it is damaged."""


class OrcaError(Exception):
    """A fault that a person can put right.

    Args:
        where: the file, key, row or argument at fault.
        what: what is wrong there.
        mend: what to do about it; for a missing file, the command that makes it.
    """

    exit_status = 1

    def __init__(self, *, where: str, what: str, mend: str) -> None:
        super().__init__(f"{where}: {what}\nMend: {mend}")
        self.where, self.what, self.mend = where, what, mend

    def __reduce__(self) -> tuple[Callable[[], "OrcaError"], tuple[()]]:
        """Let the error come back whole from a worker process."""
        return partial(type(self), where=self.where, what=self.what, mend=self.mend), ()


class SettingsError(OrcaError):
    """A configuration or an argument asks for something that is not there or not allowed."""


class DataError(OrcaError):
    """A data file is missing, damaged, or not of the declared shape."""


class WeightsError(OrcaError):
    """Pretrained weights are missing, or are not the declared ones."""


class FeatureError(OrcaError):
    """Feature tensors or labels cannot be compared: empty, not finite, or of different widths."""


class StateError(OrcaError):
    """A run's folder is in use, or its checkpoint cannot be written or read."""


class TrainingError(OrcaError):
    """Training cannot go on, for instance because the loss is not finite."""


class ResultsError(OrcaError):
    """Scores or published numbers cannot be put into one table."""
