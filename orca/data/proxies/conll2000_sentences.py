"""CoNLL-2000 again, each chunk's whole sentence standing for it: the other reading of the recipe.

Source: as `conll2000`. Two chunks of a sentence give the same text with different labels.
"""

from dataclasses import replace
from functools import partial

from orca.data.proxies import conll2000

PROXY = replace(conll2000.PROXY, title="CoNLL-2000 sentences, labelled by one chunk each")
read = partial(conll2000.read, whole_sentences=True)
