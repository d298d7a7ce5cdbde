"""Fills the HTML templates: pages that hold all they show and fetch nothing."""

import json
import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orca.reporting.filled_table import FilledTable
from orca.reporting.table_lines import TextLine, as_text, legend, verdict_line

SMALLEST = 0.7  # of the shown width: on a narrow screen a drawing scrolls, and stays legible
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


def inline_svg(svg: str, *, prefix: str) -> Markup:
    """Return the drawing without its prologue, sized by its place in the page.

    Ids get a prefix, since those of two drawings in one page would clash; addresses of
    metadata vocabularies, which nobody fetches, go with the metadata.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    width, height = (
        float(found[1]) if (found := re.search(rf'\b{side}="([\d.]+)pt"', body)) else 0.0
        for side in ("width", "height")
    )
    tag_end = body.index(">")
    tag = re.sub(r'\s(width|height)="[^"]*"', "", body[:tag_end])
    if width and height:
        # 1.33 px to the point, then a quarter more than print size for the screen
        shown = width * 1.33 * 1.25
        tag += f' style="width:{shown:.0f}px;min-width:{SMALLEST * shown:.0f}px"'
    body = tag + body[tag_end:]
    prefix = re.sub(r"[^\w-]", "-", prefix)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    return Markup(body)


def to_html(table: FilledTable) -> str:
    """Return a page with one table."""
    page = environment().get_template("table.html")
    return page.render(table=table) + "\n"
