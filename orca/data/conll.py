"""The column files of the CoNLL shared tasks, and the labelled pieces drawn from them."""

import gzip
from collections import Counter
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
        path: a text file, gzipped or not, or a zip file.
        member: name in the zip file; empty for a text file.
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


def read_entities(path: Path, tags: tuple[str, ...]) -> list[tuple[tuple[str, str], ...]]:
    """Return the sentences of CoNLL-2003's training part as pairs of word and tag.

    A span's first tag is made `B-`, where a file marks only what follows another span (IOB1).

    Args:
        path: the column file, a zip file that has it as `train.txt`, or the Hub's parquet file.
        tags: that the parquet file numbers, in this order.

    Raises:
        DataError: if the file is none of these, or damaged.
    """
    start = path.open("rb").read(4) if path.is_file() else b""
    if start == b"PAR1":
        sentences = _from_parquet(path, tags)
    else:
        sentences = read_columns(path, "train.txt" if start == b"PK\3\4" else "", column=3)
    return [_with_first_tags(sentence) for sentence in sentences]


def _from_parquet(path: Path, tags: tuple[str, ...]) -> list[tuple[tuple[str, str], ...]]:
    import pandas

    with reading(path, "it is no parquet file of words and their tags", Exception):
        frame = pandas.read_parquet(path, columns=["tokens", "ner_tags"])
        return [
            tuple((str(word), tags[tag]) for word, tag in zip(words, numbers, strict=True))
            for words, numbers in zip(frame["tokens"], frame["ner_tags"], strict=True)
        ]


def _with_first_tags(sentence: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    tagged, before = [], OUTSIDE
    for word, tag in sentence:
        begins = tag.startswith("I-") and before[2:] != tag[2:]
        tagged.append((word, f"B-{tag[2:]}" if begins else tag))
        before = tag
    return tuple(tagged)


def counts(sentences: list[tuple[tuple[str, str], ...]]) -> dict[str, int]:
    """Return how many sentences, tokens, and entities of each kind there are."""
    first = Counter(tag[2:] for s in sentences for _, tag in s if tag.startswith("B-"))
    tokens = sum(len(sentence) for sentence in sentences)
    return {"sentences": len(sentences), "tokens": tokens, **first}


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
    """Return some spans with a tag and some without, drawn without replacement.

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
