"""Fills the HTML templates: pages that hold all they show and fetch nothing."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orca.reporting.table_lines import as_text, legend, verdict_line
from orca.reporting.table_records import FilledTable

TEMPLATES = Path(__file__).parent / "templates"


def embedded(table: FilledTable) -> Markup:
    """Return JSON that may stand inside a script element: no text in it can end the element."""
    text = json.dumps(table.model_dump(mode="json"), separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def source(name: str) -> Markup:
    """Return a style sheet or script to stand in the page itself."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())


@cache
def environment() -> Environment:
    """Return the templates with what they may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    made.filters.update(embedded=embedded, legend=legend, lines=as_text, verdict_line=verdict_line)
    made.globals["source"] = source
    return made


def page_of(template: str, **content: Any) -> str:
    """Return a page as a template shows some content."""
    return environment().get_template(template).render(content) + "\n"
