"""Reading what a step left as JSON."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from orca.errors import ResultsError

Record = TypeVar("Record", bound=BaseModel)


def read_record(model: type[Record], path: Path, *, what: str, mend: str) -> Record:
    """Return what a JSON file holds, checked.

    Args:
        model: what it should be.
        path: the file.
        what: the same for the error, with its article: "a score".
        mend: for the error: what makes the file again.

    Raises:
        ResultsError: if the file is missing or holds something else; of several faults it tells
            the first.
    """
    try:
        return model.model_validate(json.loads(path.read_text()))
    except FileNotFoundError as fault:
        raise ResultsError(where=str(path), what="there is no such file", mend=mend) from fault
    except json.JSONDecodeError as fault:
        raise ResultsError(where=str(path), what=f"this is no JSON: {fault}", mend=mend) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ResultsError(
            where=f"{path}, {place}", what=f"this is not {what}: {first['msg']}", mend=mend
        ) from fault
