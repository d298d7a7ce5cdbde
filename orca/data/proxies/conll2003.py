"""CoNLL-2003: words of news texts, labelled with the named entity they belong to.

Source: Tjong Kim Sang and De Meulder 2003; ORCA (ICML 2023), A.2.4: 5,000 samples. How they were drawn
is not said; here they are words of the training part, as many of each of the nine tags, seed 42.
Differs from a later release by the same authors: that takes 350 words of each tag from the
validation part, embedded in their sentences; here a word is embedded alone.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orca.data.conll_columns import OUTSIDE, Sentence, read_columns
from orca.data.download import Download
from orca.data.proxy import Proxy, Texts
from orca.data.raw_file import damaged, reading

SAMPLES = 5000
SEED = 42
TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
TRAINING_PART = {
    "sentences": 14_041, "tokens": 203_621, "PER": 6_600, "LOC": 7_140, "ORG": 6_321, "MISC": 3_438,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AnyCopy(Download):
    """The training part in any form that people have it in, known by its content."""

    def check(self, path: Path) -> None:
        """Count sentences, tokens and entities.

        Raises:
            DataError: if they are not those of the training part.
        """
        super().check(path)
        sentences = _entities(path)
        tags = [tag for sentence in sentences for _, tag in sentence]
        first = Counter(tag[2:] for tag in tags if tag.startswith("B-"))
        found = {"sentences": len(sentences), "tokens": len(tags), **first}
        if found != TRAINING_PART:
            raise damaged(path, f"it holds {found}, CoNLL-2003's training part {TRAINING_PART}")


PROXY = Proxy(
    title="CoNLL-2003 named entities",
    kind="text",
    origin="CoNLL-2003, words from Reuters RCV1; research use",
    files=(
        AnyCopy(
            name="train.txt",
            urls=(
                "https://data.deepai.org/conll2003.zip",
                "https://huggingface.co/datasets/eriktks/conll2003/resolve/refs%2Fconvert%2Fparquet/"
                "conll2003/train/0000.parquet",
            ),
            also=("eng.train", "conll2003.zip", "0000.parquet", "train.parquet"),
            barrier="the words are under Reuters' terms: research use; the official way is an"
            " agreement with NIST and the annotation from clips.uantwerpen.be/conll2003/ner",
        ),
    ),
    source="conll2003",
    samples=SAMPLES,
)


def read(raw: Path) -> Texts:
    """Return the words, tag by tag."""
    pairs = [pair for sentence in _entities(raw / PROXY.files[0].name) for pair in sentence]
    generator = np.random.default_rng(SEED)
    texts: list[str] = []
    labels: list[int] = []
    each, rest = divmod(SAMPLES, len(TAGS))
    for number, tag in enumerate(TAGS):
        own = [word for word, its in pairs if its == tag]
        chosen = generator.permutation(len(own))[: each + (number < rest)]
        texts += [own[int(place)] for place in chosen]
        labels += [number] * len(chosen)
    return Texts(tuple(texts), np.array(labels), TAGS)


def _entities(path: Path) -> list[Sentence]:
    """Return the sentences of a column file, of `train.txt` in a zip file, or of the Hub's parquet.

    A span's first tag is made `B-`, where a file marks only what follows another span (IOB1).

    Raises:
        DataError: if the file is none of these, or damaged.
    """
    start = path.open("rb").read(4) if path.is_file() else b""
    if start == b"PAR1":
        sentences = _from_parquet(path)
    else:
        sentences = read_columns(path, column=3, member="train.txt" * (start == b"PK\3\4"))
    return [_with_first_tags(sentence) for sentence in sentences]


def _from_parquet(path: Path) -> list[Sentence]:
    import pandas

    with reading(path, "it is no parquet file of words and their tags", Exception):
        frame = pandas.read_parquet(path, columns=["tokens", "ner_tags"])
        return [
            tuple((str(word), TAGS[tag]) for word, tag in zip(words, numbers, strict=True))
            for words, numbers in zip(frame["tokens"], frame["ner_tags"], strict=True)
        ]


def _with_first_tags(sentence: Sentence) -> Sentence:
    tagged, before = [], OUTSIDE
    for word, tag in sentence:
        begins = tag.startswith("I-") and before[2:] != tag[2:]
        tagged.append((word, f"B-{tag[2:]}" if begins else tag))
        before = tag
    return tuple(tagged)
