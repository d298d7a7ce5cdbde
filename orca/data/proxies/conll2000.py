"""CoNLL-2000: phrases of newspaper sentences, labelled with their kind (noun phrase, ...).

Source: Tjong Kim Sang and Buchholz 2000; the recipe that ORCA's author names (issue 4 of its
repository): 3,000 chunks and 500 words outside of chunks, drawn with seed 123.
Differs from the paper: it says CoNLL-2003. Whether a text is the chunk or its sentence is not
recorded; here it is the chunk, which the label speaks of. The generator is numpy's.
"""

from pathlib import Path

from orca.data.conll import drawn, read_columns, spans
from orca.data.download import Download
from orca.data.proxy import Proxy, Texts

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
    samples=3500,
)


def read(raw: Path, *, whole_sentences: bool = False) -> Texts:
    """Return the chunks, or the sentence of each, labelled ones first."""
    sentences = read_columns(raw / PROXY.files[0].name, "", column=2)
    candidates = [span for sentence in sentences for span in spans(sentence)]
    return drawn(candidates, 3000, 500, 123, whole_sentences=whole_sentences)
