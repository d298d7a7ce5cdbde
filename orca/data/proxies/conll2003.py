"""CoNLL-2003: words of news texts, labelled with the named entity they belong to.

Source: Tjong Kim Sang and De Meulder 2003; ORCA (ICML 2023), A.2.4: 5,000 samples. How they were drawn
is not said; here they are words of the training part, as many of each of the nine tags, seed 42.
Differs from a later release by the same authors: that takes 350 words of each tag from the
validation part, embedded in their sentences; here a word is embedded alone.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orca.data.download import Download
from orca.data.proxy import Proxy, Texts

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
        from orca.data.conll import counts, read_entities
        from orca.data.raw_file import damaged

        super().check(path)
        found = counts(read_entities(path, TAGS))
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
    from orca.data.conll import read_entities

    sentences = read_entities(raw / PROXY.files[0].name, TAGS)
    generator = np.random.default_rng(SEED)
    texts: list[str] = []
    labels: list[int] = []
    for number, (tag, count) in enumerate(zip(TAGS, _even_counts(), strict=True)):
        own = [word for sentence in sentences for word, its in sentence if its == tag]
        chosen = generator.permutation(len(own))[:count]
        texts += [own[int(place)] for place in chosen]
        labels += [number] * len(chosen)
    return Texts(tuple(texts), np.array(labels), TAGS)


def _even_counts() -> list[int]:
    each, rest = divmod(SAMPLES, len(TAGS))
    return [each + (number < rest) for number in range(len(TAGS))]
