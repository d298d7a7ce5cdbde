"""CoNLL-2000: phrases of newspaper sentences, labelled with their kind (noun phrase, ...).

Source: Tjong Kim Sang and Buchholz 2000; the recipe that ORCA's author names (issue 4 of its
repository): 3,000 chunks and 500 words outside of chunks, drawn with seed 123.
Differs from the paper: it says CoNLL-2003. Whether a text is the chunk or its sentence is not
recorded; here it is the chunk, which the label speaks of. The generator is numpy's.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from orca.data.conll_columns import OUTSIDE, Sentence, read_columns
from orca.data.download import Download
from orca.data.proxy import Proxy, Texts

CHUNKS = 3000
WORDS_OUTSIDE = 500
SEED = 123

PROXY = Proxy(
    title="CoNLL-2000 chunks",
    kind="text",
    origin="CoNLL-2000, from the Wall Street Journal part of the Penn Treebank; research use",
    files=(
        Download(
            name="train.txt.gz",
            urls=(
                "https://www.clips.uantwerpen.be/conll2000/chunking/train.txt.gz",
                "https://www.cnts.ua.ac.be/conll2000/chunking/train.txt.gz",
            ),
            digest="md5:6969c2903a1f19a83569db643e43dcc8",
        ),
    ),
    source="conll2000",
    samples=CHUNKS + WORDS_OUTSIDE,
)


def read(raw: Path, *, whole_sentences: bool = False) -> Texts:
    """Return the chunks, or the sentence of each, labelled ones first."""
    sentences = read_columns(raw / PROXY.files[0].name, column=2)
    found = [(tag, words, s) for s in sentences for tag, words in spans(s)]
    generator = np.random.default_rng(SEED)
    chosen = []
    for outside, count in ((False, CHUNKS), (True, WORDS_OUTSIDE)):
        pool = [span for span in found if (span[0] == OUTSIDE) is outside]
        chosen += [pool[int(n)] for n in generator.permutation(len(pool))[:count]]
    names = tuple(sorted({tag for tag, _, _ in chosen}))
    texts = [
        " ".join(word for word, _ in (whole if whole_sentences else words))
        for _, words, whole in chosen
    ]
    return Texts(tuple(texts), np.array([names.index(tag) for tag, _, _ in chosen]), names)


def spans(sentence: Sentence) -> Iterator[tuple[str, Sentence]]:
    """Yield the spans of a sentence by their tags, without the letter that says where in it a word is.

    Words outside of any are spans of their own, tagged O.
    """
    start = 0
    for stop, (_, tag) in enumerate(sentence, start=1):
        following = sentence[stop][1] if stop < len(sentence) else OUTSIDE
        if tag == OUTSIDE or following != f"I-{tag[2:]}":
            yield tag[2:] or OUTSIDE, sentence[start:stop]
            start = stop
