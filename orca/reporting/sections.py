"""Parts of the report: sections, and what the contents list under them."""

from dataclasses import dataclass

from markupsafe import Markup

from orca.reporting.cells import TableData
from orca.reporting.text_table import TextTable


@dataclass(frozen=True)
class ContentsEntry:
    """Something that the contents list under a section, there by its short title."""

    anchor: str
    title: str
    short: str


@dataclass(frozen=True)
class TableEntry(ContentsEntry):
    """A table with its lines."""

    table: TableData
    text: TextTable


@dataclass(frozen=True)
class FigureEntry(ContentsEntry):
    """A figure as SVG, and what is said under it."""

    drawing: Markup
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of the report: a heading and what is under it."""

    anchor: str
    title: str
    content: Markup
    entries: tuple[ContentsEntry, ...] = ()
