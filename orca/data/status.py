"""Which raw files are there, which are missing and how large, and a way to bring one's own copies in."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from orca.data.fetch import SOURCES, HasFiles, fetch
from orca.data.nas_bench_360 import BUNDLE, Bundle, Bundled, take_out
from orca.data.proxy import PROXIES
from orca.data.task import TASKS, Way
from orca.declarations import nearest
from orca.errors import DataError, SettingsError
from orca.provenance import atomic

State = Literal["here", "partly", "missing", "on demand"]


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """One source of raw files, as `orca data status` shows it, and how to get what is missing.

    It is `on demand` if its files need no publisher and are not there yet. Bytes are those that it
    has, and those that are published, if all are.
    """

    source: str
    used_by: tuple[str, ...]
    state: State
    have: int
    published: int | None
    missing: tuple[str, ...]
    how: str


def data_status(raw: Path, own: Mapping[str, HasFiles] | None = None) -> list[SourceStatus]:
    """Return the state of every source in `results/raw`, those of a person's `own` tasks too.

    Files are looked at, not read: `fetch` compares their digests.
    """
    declared: dict[str, tuple[list[str], tuple[Way, ...]]] = {}
    for name, needing in [*_needing(), *(own or {}).items()]:
        if needing.files:
            declared.setdefault(needing.source, ([], needing.files))[0].append(name)
    return [
        _status(source, tuple(names), files, raw / source)
        for source, (names, files) in sorted(declared.items())
    ]


def add_source(source: str, path: Path, raw: Path, *, trusted: bool = False) -> list[Path]:
    """Take files that a person brings into a source's folder; return those that were taken.

    Args:
        source: name of the source; that of NAS-Bench-360's bundle for all that is in it.
        path: one of its files, under a name that it is known by, or a folder that holds some.
        raw: the folder of all sources, `results/raw`.
        trusted: whether the person vouches for pickles of which no digest is published.

    Raises:
        SettingsError: if there is no such source.
        DataError: if nothing there belongs to the source, or a file is not what it should be;
            a wrong file is not taken.
    """
    sources = {needing.source: needing for _, needing in _needing()}
    if source == Bundle().source:
        return _add_bundle(path, sources, raw, trusted=trusted)
    if source not in sources:
        raise SettingsError(
            where="orca data add",
            what=f"there is no source '{source}'",
            mend=nearest(source, [*sources, Bundle().source]),
        )
    files = {way.name: way for way in sources[source].files}
    found = {name: place for name, way in files.items() if (place := _place(path, way)) is not None}
    if not found:
        raise DataError(
            where=str(path),
            what=f"it is none of the files of '{source}' and holds none",
            mend="give a file or folder with one of: "
            + ", ".join(n for way in files.values() for n in (way.name, *getattr(way, "also", ()))),
        )
    folder = raw / source
    for name, place in found.items():
        files[name].check(place)
        if place.resolve() != (folder / name).resolve():
            with atomic(folder / name) as temporary:
                shutil.copyfile(place, temporary)
    if all((folder / name).exists() for name in files):
        fetch(sources[source], folder, trusted=trusted)
    return [folder / name for name in found]


def _add_bundle(
    path: Path, sources: Mapping[str, HasFiles], raw: Path, *, trusted: bool
) -> list[Path]:
    """Take the bundle's files, except those that are there; the bundle stays where it is."""
    bundle = _place(path, BUNDLE)
    if bundle is None:
        raise DataError(
            where=str(path),
            what=f"it is not the bundle '{BUNDLE.name}' and does not hold it",
            mend="give the bundle under this name, or its folder",
        )
    wanted = {
        raw / source / way.name: place.member
        for source, needing in sources.items()
        for way in needing.files
        if isinstance(way, Bundled) and not (raw / source / way.name).exists()
        for place in way.held
        if place.bundle == Bundle()
    }
    take_out(bundle, wanted)
    for source in {place.parent.name for place in wanted}:
        fetch(sources[source], raw / source, trusted=trusted)
    return list(wanted)


def _needing() -> list[tuple[str, HasFiles]]:
    return [*TASKS.items(), *PROXIES.items()]


def _place(path: Path, way: Way) -> Path | None:
    names = [way.name, *getattr(way, "also", ())]
    if path.is_file():
        return path if path.name in [Path(name).name for name in names] else None
    return next((path / name for name in names if (path / name).is_file()), None)


def _status(
    source: str, names: tuple[str, ...], files: tuple[Way, ...], folder: Path
) -> SourceStatus:
    missing = tuple(way.name for way in files if not (folder / way.name).exists())
    sizes: list[Any] = [way.size for way in files]
    state: State = "missing" if len(missing) == len(files) else "partly"
    if not missing:
        state = "here"
    elif all(way.recipe for way in files):
        state = "on demand"
    return SourceStatus(
        source=source,
        used_by=names,
        state=state,
        have=sum((folder / w.name).stat().st_size for w in files if w.name not in missing),
        published=None if None in sizes else int(sum(sizes)),
        missing=missing,
        how=_how(source, folder, files, missing),
    )


def _how(source: str, folder: Path, files: tuple[Way, ...], missing: tuple[str, ...]) -> str:
    if not missing:
        return "" if (folder / SOURCES).exists() else f"checked by: snakemake {folder / SOURCES}"
    lacking = [way for way in files if way.name in missing]
    barriers = {getattr(way, "barrier", "") for way in lacking} - {""}
    by_hand = f"orca data add {source} <file or folder>"
    if not any(way.public for way in lacking):
        return f"{'; '.join(sorted(barriers))}. Then: {by_hand}"
    automatic = f"snakemake {folder / SOURCES}"
    return f"{automatic}; or, since {barriers.pop()}: {by_hand}" if barriers else automatic


def downloads(missing: Iterable[tuple[str, Way]]) -> tuple[float, int]:
    """Return the gigabytes to fetch for some files, each with its source, and how many are unsized."""
    files = [way for _, way in missing]
    files += {archive for way in files if not way.urls for archive in way.archives}
    fetched = [file for file in files if not file.recipe]  # what is made or a person's own is here
    unknown = [file for file in fetched if file.urls and file.size is None]
    return sum(file.size or 0 for file in fetched) / 1e9, len(unknown)


def fallbacks(missing: Iterable[tuple[str, Way]]) -> str:
    """Return as text which archives are fetched too if servers refuse files that these hold."""
    held: dict[Way, set[str]] = defaultdict(set)
    for source, way in missing:
        for archive in way.archives if way.urls else ():
            held[archive].add(source)
    sizes = {way: f"{way.size / 1e9:,.1f} GB" if way.size else "of unstated size" for way in held}
    said = (
        f"{archive.name}, {sizes[archive]}, for {', '.join(sorted(sources))}"
        for archive, sources in held.items()
    )
    return "; ".join(said)
