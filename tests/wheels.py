"""A package index that is a folder of wheels, as pip installs them without a network."""

import zipfile
from pathlib import Path

import pytest


def write_wheel(index: Path, name: str, version: str, files: dict[str, str | bytes]) -> Path:
    """Write a wheel of some files into an index; return its path."""
    index.mkdir(exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    told = {"METADATA": metadata, "WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n", "RECORD": ""}
    with zipfile.ZipFile(index / f"{stem}-py3-none-any.whl", "w") as archive:
        for place, content in files.items():
            archive.writestr(place, content)
        for place, content in told.items():
            archive.writestr(f"{stem}.dist-info/{place}", content)
    return index / f"{stem}-py3-none-any.whl"


def use_index(monkeypatch: pytest.MonkeyPatch, index: Path) -> None:
    """Let pip ask this index alone."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
