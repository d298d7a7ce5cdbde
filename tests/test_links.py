"""Relative links in the pages, and modules that docstrings name, exist. Others are not fetched."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "docs", "config", "config/published", "results", "tests/reference")
PAGES = sorted(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
HEADING = re.compile(r"^#+ +(.*?)#* *$", re.MULTILINE)
OUTSIDE = re.compile(r"[a-z]+:")
MODULES = sorted((ROOT / "orca").rglob("*.py"))
NAMED = re.compile(r"`orca\.(\w+(?:\.\w+)+)`")  # a public name has one dot, and is tested elsewhere


def text(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them; the second of a name is `-1`."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(text(page)):
        plain = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {
        slug if not k else f"{slug}-{k}" for slug, count in found.items() for k in range(count + 1)
    }


def broken(page: Path) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    faults = []
    for link in LINK.findall(re.sub(r"`[^`\n]*`", "", text(page))):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if OUTSIDE.match(link):
            continue
        if not target.exists() or anchor and anchor not in anchors(target):
            faults.append(link)
    return faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_relative_links_of_a_page_exist(page):
    assert broken(page) == []


def test_a_link_to_nothing_and_an_anchor_of_nothing_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading: `code`\n[a](#a-heading-code) [b](#b) [c](none.md) [d](https://e.example/f)\n"
    )
    assert broken(page) == ["#b", "none.md"]


def missing(text: str) -> list[str]:
    """Return the modules, or their attributes, that a text names and the package lacks."""
    return [name for name in NAMED.findall(text) if not is_there(name)]


def is_there(name: str) -> bool:
    """Return whether a dotted name under `orca` is a package, a module, or a word in a module."""
    parts = name.split(".")
    if (ROOT / "orca").joinpath(*parts).is_dir():
        return True
    for count in range(len(parts), 0, -1):
        module = (ROOT / "orca").joinpath(*parts[:count]).with_suffix(".py")
        if module.exists():
            words = set(re.findall(r"\w+", module.read_text(encoding="utf-8")))
            return words.issuperset(parts[count:])
    return False


def test_the_modules_that_docstrings_name_exist():
    assert [name for path in MODULES for name in missing(path.read_text(encoding="utf-8"))] == []


def test_a_module_and_an_attribute_that_are_not_there_are_found():
    text = (
        "`orca.training.align_loop.embedder_rate` `orca.training.none` `orca.training.align.none_`"
    )
    assert missing(text) == ["training.none", "training.align.none_"]
