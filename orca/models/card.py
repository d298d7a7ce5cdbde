"""The card beside a body's files: it says where they are from, and they are held against it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orca.errors import WeightsError
from orca.models.body import BODIES
from orca.provenance import file_digest, kept_digest, write_json
from orca.text_files import read_mapping

CARD = "card.json"


def write_card(name: str, folder: Path, *, way: str, **more: Any) -> None:
    """Write beside a body's files what they are, where they are from, and their digests."""
    weights = BODIES.look_up(name, where=str(folder)).weights
    card = {
        "body": name,
        "from": way,
        "hub_name": weights.hub_name,
        "revision": weights.revision,
        "licence": weights.licence,
        "files": {file: file_digest(folder / file) for file in weights.files},
        **more,
    }
    write_json(folder / CARD, card)


def fault_of(folder: Path, digests: Mapping[str, str | None]) -> tuple[Path, str] | None:
    """Return the first file that is missing or altered, and what is wrong with it."""
    for name, digest in digests.items():
        file = folder / name
        if not file.is_file():
            return file, "the file is missing"
        if digest is not None and (found := kept_digest(file)) != digest:
            return file, f"the file has another content: sha256 {found}, declared is {digest}"
    return None


def verify(folder: Path, name: str) -> None:
    """Check that a folder holds a body's files, unaltered.

    A file without a declared digest is held against the digest that it came with.

    Raises:
        WeightsError: naming the file that is missing or altered, and the mend.
    """
    weights = BODIES.look_up(name, where="verify").weights
    arrived: dict[str, str] = {}
    if (folder / CARD).is_file():
        content = read_mapping(folder / CARD, mend=f"remove {folder}", error=WeightsError)
        arrived = content.get("files", {})
    digests = {file: digest or arrived.get(file) for file, digest in weights.files.items()}
    if fault := fault_of(folder, digests):
        mend = (
            "put the published file there; a folder that the workflow made: remove it, then"
            f" orca fetch-body {name}"
        )
        raise WeightsError(
            where=str(fault[0]), what=fault[1], mend=weights.made_by if weights.made_by else mend
        )
