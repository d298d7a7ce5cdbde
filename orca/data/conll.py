"""The column files of the CoNLL shared tasks, and the labelled pieces drawn from them."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orca.data.proxy import Texts
from orca.data.raw_file import damaged, member_of, open_zip, reading

OUTSIDE = "O"


@dataclass(frozen=True)
class Span:
    """Some words of a sentence with one tag.

    Args:
        tag: without the letter that says where in the span a word stands.
        words: of the span.
        sentence: all words around and in it.
    """

    tag: str
    words: tuple[str, ...]
    sentence: tuple[str, ...]


def read_columns(path: Path, member: str, column: int) -> list[tuple[tuple[str, str], ...]]:
    """Return the sentences of a file as pairs of word and tag.

    Args:
        path: a gzipped file, or a zip file.
        member: name in the zip file; empty for a gzipped file.
        column: of the tag, from 0; the word is in column 0.

    Raises:
        DataError: if the file is damaged, or a line has too few columns.
    """
    faults = (OSError, EOFError, UnicodeDecodeError)
    with reading(path, "it is missing or damaged", *faults):
        if member:
            with open_zip(path) as archive:
                text = member_of(archive, member).decode()
        else:
            text = gzip.decompress(path.read_bytes()).decode()
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


def spans(sentence: tuple[tuple[str, str], ...]) -> Iterator[Span]:
    """Yield the spans of a sentence; words outside of any are spans of their own, tagged O."""
    words = tuple(word for word, _ in sentence)
    start = 0
    for place, (_, tag) in enumerate(sentence):
        following = sentence[place + 1][1] if place + 1 < len(sentence) else OUTSIDE
        goes_on = tag != OUTSIDE and following == f"I-{tag[2:]}"
        if not goes_on:
            yield Span(tag[2:] or OUTSIDE, words[start : place + 1], words)
            start = place + 1


def drawn(
    candidates: list[Span], labelled: int, outside: int, seed: int, *, whole_sentences: bool
) -> Texts:
    """Return so many spans with a tag and so many without, drawn without replacement.

    Args:
        candidates: of all sentences.
        labelled: how many with a tag.
        outside: how many tagged O.
        seed: of the draw.
        whole_sentences: whether a text is the span's sentence instead of the span.
    """
    generator = np.random.default_rng(seed)
    inside = [span for span in candidates if span.tag != OUTSIDE]
    others = [span for span in candidates if span.tag == OUTSIDE]
    chosen = [
        pool[int(number)]
        for pool, count in ((inside, labelled), (others, outside))
        for number in generator.permutation(len(pool))[:count]
    ]
    names = tuple(sorted({span.tag for span in chosen}))
    texts = tuple(" ".join(s.sentence if whole_sentences else s.words) for s in chosen)
    return Texts(texts, np.array([names.index(span.tag) for span in chosen]), names)
