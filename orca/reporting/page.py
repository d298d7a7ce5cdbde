"""Fills the HTML templates: pages that hold all they show and fetch nothing."""

import json
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orca.reporting.filled_table import FilledTable
from orca.reporting.table_lines import TextLine, as_text, legend, verdict_line

TEMPLATES = Path(__file__).parent / "templates"


def embedded(table: FilledTable) -> Markup:
    """Return JSON that may stand inside a script element: no text in it can end the element."""
    text = json.dumps(table.model_dump(mode="json"), separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def bodies(lines: Iterable[TextLine]) -> list[list[TextLine]]:
    """Return the lines of each row together, so that they stay together when sorted."""
    return [
        list(group)
        for _, group in groupby(lines, key=lambda line: line.cells[0].place if line.cells else ())
    ]


def source(name: str) -> Markup:
    """Return a style sheet or script to stand in the page itself."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())


@cache
def environment() -> Environment:
    """Return the templates with what they may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    made.filters.update(bodies=bodies, embedded=embedded, legend=legend, verdict_line=verdict_line)
    made.filters["lines"] = as_text
    made.globals["source"] = source
    return made


def to_html(table: FilledTable) -> str:
    """Return a page with one table."""
    page = environment().get_template("table.html")
    return page.render(table=table) + "\n"
