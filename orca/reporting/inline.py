"""Makes an SVG file fit to stand inside a page that holds others."""

import re

from markupsafe import Markup

SMALLEST = 0.7  # of the shown width: on a narrow screen a drawing scrolls, and stays legible


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
