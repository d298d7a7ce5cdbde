"""Reading what a step left as JSON."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from orca.errors import OrcaError, ResultsError
from orca.text_files import read_mapping

Record = TypeVar("Record", bound=BaseModel)


def read_record(
    model: type[Record],
    path: Path,
    *,
    what: str,
    mend: str,
    error: type[OrcaError] = ResultsError,
) -> Record:
    """Return what a JSON file holds, checked.

    Args:
        model: what it should be.
        path: the file.
        what: the same for the error, with its article: "a score".
        mend: for the error: what makes the file again.
        error: its kind.

    Raises:
        OrcaError: of that kind, if the file is missing or holds something else; of several
            faults it names the first.
    """
    content = read_mapping(path, mend=mend, error=error)
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise error(
            where=f"{path}, {place}", what=f"this is not {what}: {first['msg']}", mend=mend
        ) from fault
