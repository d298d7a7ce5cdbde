"""CoNLL-2000 again, each chunk's whole sentence standing for it: the other reading of the recipe.

Source: as `conll2000`. Two chunks of a sentence give the same text with different labels.
"""

from dataclasses import replace
from pathlib import Path

from orca.data.proxies.conll2000 import PROXY as CHUNKS
from orca.data.proxy import Texts

PROXY = replace(CHUNKS, title="CoNLL-2000 sentences, labelled by one chunk each")


def read(raw: Path) -> Texts:
    """Return the sentences, those of labelled chunks first."""
    from orca.data.conll import drawn, read_columns, spans

    sentences = read_columns(raw / PROXY.files[0].name, "", column=2)
    candidates = [span for sentence in sentences for span in spans(sentence)]
    return drawn(candidates, 3000, 500, 123, whole_sentences=True)
