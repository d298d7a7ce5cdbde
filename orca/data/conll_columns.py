"""The column files of the CoNLL shared tasks."""

import gzip
from pathlib import Path

from orca.data.raw_file import damaged, member_of, open_zip, reading

OUTSIDE = "O"

Sentence = tuple[tuple[str, str], ...]
"""Pairs of a word and its tag."""


def read_columns(path: Path, column: int, *, member: str = "") -> list[Sentence]:
    """Return the sentences of a file.

    Args:
        path: a text file, gzipped or not, or a zip file.
        column: of the tag, from 0; the word is in column 0.
        member: name in the zip file; empty for a text file.

    Raises:
        DataError: if the file is damaged, or a line has too few columns.
    """
    with reading(path, "it is missing or damaged", OSError, EOFError, UnicodeDecodeError):
        if member:
            with open_zip(path) as archive:
                text = member_of(archive, member).decode()
        else:
            content = path.read_bytes()
            text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()
    sentences = []
    for block in text.replace("\r", "").split("\n\n"):
        lines = [line.split() for line in block.splitlines() if line.strip()]
        if not lines or lines[0][0] == "-DOCSTART-":
            continue
        if min(len(line) for line in lines) <= column:
            raise damaged(path, f"a line has fewer than {column + 1} columns: {block[:60]!r}")
        sentences.append(tuple((line[0], line[column]) for line in lines))
    if not sentences:
        raise damaged(path, "it has no sentences")
    return sentences
