"""Drawings that stand in a page: only what draws is kept, so that no drawing can run anything."""

import re
from xml.etree import ElementTree

from markupsafe import Markup

from orca.errors import ResultsError

SMALLEST = 0.7  # of the shown width: on a narrow screen a drawing scrolls, and stays legible
ELEMENTS = {
    "svg", "g", "defs", "path", "use", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "clipPath", "style", "image", "linearGradient", "stop", "title", "desc",
}  # fmt: skip
PICTURE = "data:image/png;base64,"
ELSEWHERE = re.compile(r"url\((?!['\"]?#)|@import|javascript:|expression\(|\\", re.IGNORECASE)


def inline_svg(svg: str, *, prefix: str, where: str) -> Markup:
    """Return the drawing without its prologue, sized by its place in the page.

    Ids get a prefix, since those of two drawings in one page would clash. Scripts, foreign
    content, handlers of events and addresses outside the drawing are left out.

    Args:
        svg: the drawing's file.
        prefix: of its ids.
        where: it lies, for the error.

    Raises:
        ResultsError: if it is no drawing.
    """
    try:
        root = ElementTree.fromstring(svg)
    except (ElementTree.ParseError, ValueError) as fault:
        raise _no_drawing(where, str(fault)) from fault
    if _local(root.tag) != "svg":
        raise _no_drawing(where, f"it begins with '{_local(root.tag)}'")
    _clean(root, re.sub(r"[^\w-]", "-", prefix))
    width = re.fullmatch(r"(\d+\.?\d*)pt", root.attrib.pop("width", ""))
    height = root.attrib.pop("height", "")
    if width and height:
        # 1.33 px to the point, then a quarter more than print size for the screen
        shown = float(width[1]) * 1.33 * 1.25
        root.set("style", f"width:{shown:.0f}px;min-width:{SMALLEST * shown:.0f}px")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _no_drawing(where: str, what: str) -> ResultsError:
    mend = f"make it again: snakemake --force {where}"
    return ResultsError(where=where, what=f"it is no drawing: {what}", mend=mend)


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _clean(element: ElementTree.Element, prefix: str) -> None:
    """Keep of an element, and of all in it, what draws; its names lose their name spaces."""
    element.tag = _local(element.tag)
    kept: dict[str, str] = {}
    for name, value in element.attrib.items():
        kept |= _attribute(_local(name), value, prefix)
    element.attrib.clear()
    element.attrib.update(kept)
    element.text = _with_prefix(element.text or "", prefix)
    for child in list(element):
        if _local(child.tag) in ELEMENTS and not _leads_elsewhere(child):
            _clean(child, prefix)
        else:
            element.remove(child)


def _leads_elsewhere(element: ElementTree.Element) -> bool:
    return _local(element.tag) == "style" and bool(ELSEWHERE.search(element.text or ""))


def _attribute(name: str, value: str, prefix: str) -> dict[str, str]:
    """Return an attribute as it is kept; nothing if it is not."""
    if name == "href":
        if value.startswith("#"):
            return {name: f"#{prefix}-{value[1:]}"}
        return {name: value} if value.startswith(PICTURE) else {}
    if name.lower().startswith("on") or ELSEWHERE.search(value):
        return {}
    return {name: f"{prefix}-{value}" if name == "id" else _with_prefix(value, prefix)}


def _with_prefix(text: str, prefix: str) -> str:
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", text)
