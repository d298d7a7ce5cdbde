"""The pages' calls of Snakemake are understood by Snakemake's own command line."""

import re
import shlex
from pathlib import Path

import pytest
from snakemake.cli import get_argument_parser, parse_config

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "docs", "config", "results")
PAGES = sorted(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
BLOCK = re.compile(r"^ *```(?:sh|bash)\n(.*?)^ *```", re.S | re.M)


def calls(text: str) -> list[str]:
    """Return the calls of Snakemake in a page's shell blocks, indented lines and code spans."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    lines += re.findall(r"^    (snakemake .*)$", text, re.M)
    lines += re.findall(r"`(snakemake [^`\n]*)`", text)
    commands = [command.strip() for line in lines for command in line.split(" && ")]
    return [command for command in commands if command.startswith("snakemake ")]


def understood(call: str) -> None:
    """Raise what Snakemake raises for a call, before it reads a Snakefile."""
    given = get_argument_parser().parse_args(shlex.split(call, comments=True)[1:])
    parse_config(given.config)


DOCUMENTED = [
    (str(page.relative_to(ROOT)), call)
    for page in PAGES
    for call in calls(page.read_text(encoding="utf-8"))
    if call != "snakemake --version"  # the parser itself prints it, and exits
]


@pytest.mark.parametrize(("page", "call"), DOCUMENTED)
def test_snakemake_understands_the_calls_that_a_page_documents(page, call):
    understood(call)


def test_a_target_behind_config_is_found():
    page = "```sh\nsnakemake --config protocol=published results/tables/table_2.md  # as printed\n```\n"
    with pytest.raises(ValueError, match="table_2.md"):
        understood(*calls(page))
