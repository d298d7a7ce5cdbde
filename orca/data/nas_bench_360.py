"""What the files of NAS-Bench-360 have in common: the bucket, and the bundle of all on the hub.

Source of the bundle: `smellingsalt/nb360` on the Hugging Face hub, which a third party put there;
its files lie as the official code of ORCA reads them, archives unpacked.
"""

import shutil
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from orca.data.download import Download
from orca.data.fetch import fetch
from orca.data.raw_file import open_tar, reading
from orca.data.task import Way
from orca.errors import DataError
from orca.logs import log
from orca.provenance import atomic

BUCKET = "https://pde-xd.s3.amazonaws.com"
BARRIER = (
    "the bucket of NAS-Bench-360 has refused since October 2022 (its issue 3); the bundle of all"
    " its tasks, nb360.tar, is taken by `orca data add nb360 nb360.tar`, and else fetched from the"
    " Hugging Face hub; its authors offer the file in the Google Drive folder"
    " 1OOp6UrCiP79mTIkCrUdjjHWDo8K0bJUw, which a browser opens"
)
Archive = zipfile.ZipFile | tarfile.TarFile
BUNDLE = Download(
    name="nb360.tar",
    urls=("https://huggingface.co/datasets/smellingsalt/nb360/resolve/main/nb360.tar",),
    size=40 * 10**9,
    rounded=True,
)


@dataclass(frozen=True)
class Bundle:
    """An archive of many files, and the raw folder that it goes to."""

    files: tuple[Way, ...] = (BUNDLE,)
    source: str = "nb360"

    @property
    def name(self) -> str:
        """File name of the archive."""
        return self.files[0].name


@dataclass(frozen=True)
class Held:
    """Where an archive holds a file.

    Args:
        member: how the file's path in the archive ends, or the path of the folder that it was
            unpacked to; it is then packed again, without compression.
        bundle: the archive.
    """

    member: str
    bundle: Bundle = Bundle()


@dataclass(frozen=True, kw_only=True)
class Bundled(Download):
    """A file that a server gives, or else an archive, which is fetched once, to a folder of its own.

    Args:
        held: the archives that hold it, the best first.
    """

    held: tuple[Held, ...]

    @property
    def public(self) -> bool:
        """Whether the file is publicly available, itself or in an archive."""
        return bool(self.urls) or any(archive.public for archive in self.archives)

    @property
    def archives(self) -> tuple[Way, ...]:
        """The archives that hold it."""
        return tuple(place.bundle.files[0] for place in self.held)

    def bring(self, path: Path) -> None:
        """Make `path` the file, complete, or leave no file of that name.

        Raises:
            DataError: if neither an address nor an archive gives the file.
        """
        try:
            return super().bring(path)
        except DataError as refused:
            faults, mend = [refused.what], refused.mend
        for place in self.held:
            log.warning("%s: %s; it is taken out of %s", path, faults[-1], place.bundle.name)
            folder = path.parent.parent / place.bundle.source
            try:
                fetch(place.bundle, folder)
                return take_out(folder / place.bundle.name, {path: place.member})
            except DataError as fault:
                faults.append(f"{place.bundle.name}: {fault.what}")
        raise DataError(where=str(path), what="; ".join(faults), mend=mend)


def in_bucket(
    place: str,
    *mirrors: str,
    bundled: str = "",
    authors: tuple[Held, ...] = (),
    mb: int | None = None,
    pickled: bool = False,
) -> Bundled:
    """Return the way to a file of the benchmark.

    Args:
        place: its path in the bucket.
        mirrors: further addresses, tried first, since the bucket refuses.
        bundled: its place in the bundle (`Held.member`); its name alone, if empty.
        authors: archives of the data's authors that hold it, asked before the bundle.
        mb: megabytes, as the benchmark's page states them, if it does.
        pickled: it is a pickle, or holds some.
    """
    name = Path(place).name
    return Bundled(
        name=name,
        urls=(*mirrors, f"{BUCKET}/{place}"),
        size=None if mb is None else mb * 10**6,
        rounded=True,
        barrier=BARRIER,
        pickled=pickled,
        held=(*authors, Held(bundled or name)),
    )


def take_out(bundle: Path, wanted: Mapping[Path, str]) -> None:
    """Take files out of the bundle, in one pass over it.

    Args:
        bundle: the archive, such as `nb360.tar`.
        wanted: for each file, what it is made of (`Held.member`).

    Raises:
        DataError: if the bundle is damaged, or has nothing of a file; the others are there then.
    """
    absent = dict(wanted)
    faults = (OSError, EOFError, tarfile.TarError)
    with reading(bundle, "it is damaged", *faults), open_tar(bundle) as tar, ExitStack() as packs:
        packed: dict[Path, Archive] = {}
        for entry, path, inside in _found_in(tar, wanted):
            stream = tar.extractfile(entry)
            assert isinstance(stream, BufferedIOBase)
            absent.pop(path, None)
            if not inside:
                with atomic(path) as temporary, temporary.open("wb") as file:
                    shutil.copyfileobj(stream, file)
                continue
            if path not in packed:
                packed[path] = packs.enter_context(_archive(path))
            _add(packed[path], f"{Path(wanted[path]).name}/{inside}", entry.size, stream)
    if absent:
        raise DataError(
            where=str(bundle),
            what="it has no " + ", ".join(f"'{member}'" for member in absent.values()),
            mend="bring these files from elsewhere, one by one",
        )


def _found_in(
    tar: tarfile.TarFile, wanted: Mapping[Path, str]
) -> Iterator[tuple[tarfile.TarInfo, Path, str]]:
    """Yield members, the file that each is for, and its path in the folder that it is of, if any."""
    while (entry := tar.next()) is not None:
        tar.members.clear()  # type: ignore[attr-defined]  # else it keeps them all, near a million
        for path, member in wanted.items():
            _, found, inside = f"/{entry.name}/".partition(f"/{member}/")
            if found and entry.isfile():
                yield entry, path, inside.strip("/")


@contextmanager
def _archive(path: Path) -> Iterator[Archive]:
    with atomic(path) as temporary:
        zipped = path.suffix == ".zip"
        with zipfile.ZipFile(temporary, "w") if zipped else tarfile.open(temporary, "w") as archive:
            yield archive


def _add(archive: Archive, name: str, size: int, content: BufferedIOBase) -> None:
    """Add a member; an archive of the same members has the same bytes each time."""
    if isinstance(archive, zipfile.ZipFile):
        with archive.open(zipfile.ZipInfo(name), "w") as member:
            shutil.copyfileobj(content, member)
    else:
        entry = tarfile.TarInfo(name)
        entry.size = size
        archive.addfile(entry, content)
