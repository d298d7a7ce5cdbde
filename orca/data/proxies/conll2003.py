"""CoNLL-2003: words of news texts, labelled with the named entity they belong to.

Source: Tjong Kim Sang and De Meulder 2003; the paper names this data set. The draw is that of a
later release by the same authors: up to 350 words of each of the 9 tags, from the validation
part, seed 42.
Differs from it: a word is embedded alone, not in its sentence.
"""

from pathlib import Path

import numpy as np

from orca.data.conll import read_columns
from orca.data.download import Download
from orca.data.proxy import Proxy, Texts

PER_TAG = 350
SEED = 42
TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")

PROXY = Proxy(
    title="CoNLL-2003 named entities",
    kind="text",
    origin="CoNLL-2003, words from Reuters RCV1; research use",
    files=(
        Download(
            name="conll2003.zip",
            urls=("https://data.deepai.org/conll2003.zip",),
            digest="sha256:96a104d174ddae7558bab603f19382c5fe02ff1da5c077a7f3ce2ced1578a2c3",
            barrier="the words are under Reuters' terms: research use; the official way is an"
            " agreement with NIST and the annotation from clips.uantwerpen.be/conll2003/ner",
        ),
    ),
    source="conll2003",
    samples=PER_TAG * len(TAGS),
)


def read(raw: Path) -> Texts:
    """Return the words, tag by tag; of a tag that is rarer than 350, all."""
    sentences = read_columns(raw / PROXY.files[0].name, "valid.txt", column=3)
    words = {tag: [w for s in sentences for w, own in s if own == tag] for tag in TAGS}
    generator = np.random.default_rng(SEED)
    chosen = {
        tag: [own[int(n)] for n in generator.permutation(len(own))[:PER_TAG]]
        for tag, own in words.items()
    }
    labels = np.repeat(np.arange(len(TAGS)), [len(own) for own in chosen.values()])
    return Texts(tuple(word for own in chosen.values() for word in own), labels, TAGS)
