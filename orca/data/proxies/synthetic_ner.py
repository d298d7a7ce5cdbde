"""Sentences of our own making, each about one named entity, labelled with the entity's kind.

They are not CoNLL: a stand-in for it on machines that reach no server, with as many samples and
about as many classes as the author's recipe has. Templates are filled with names, places and
numbers by the faker package; the same version of it gives the same sentences.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from orca.data.proxy import Proxy, Texts

if TYPE_CHECKING:
    from faker import Faker

SEED = 123
PER_CLASS = 350

# The braces mark the entity. Several kinds share a wording, so that the words around an
# entity do not give its kind away.
PLACES = (
    "The delegation arrived in {} on the morning train.",
    "Heavy rain is expected in {} for the rest of the week.",
    "Officials from {} declined to comment on the report.",
    "He grew up in {} and moved away after school.",
    "A new hospital will be built in {} next year.",
    "The talks held in {} ended without an agreement.",
)
ACTORS = (
    "{} said that the results were better than expected.",
    "The court ruled in favour of {} after a long trial.",
    "A spokeswoman confirmed that {} had signed the contract.",
    "According to {}, the work will be finished in time.",
    "Few people had heard of {} before the match.",
    "The prize was awarded to {} for the second time.",
)
TIMES = (
    "The meeting was put off until {} at short notice.",
    "Nobody has seen the ship since {}.",
    "The shop will open again on {}, the owner said.",
    "All papers must be handed in before {}.",
    "The first train left the station at {}.",
    "They had been waiting for an answer since {}.",
)
AMOUNTS = (
    "The repairs cost {} in the end.",
    "She had saved {} by the end of the summer.",
    "They agreed on {} after two days of talks.",
    "The club offered {}, which was turned down.",
    "A fine of {} was to be paid at once.",
    "Losses rose to {} in the third quarter.",
)
TRADES = (
    "He worked as {} for eleven years.",
    "The town is looking for {} to start in spring.",
    "She trained as {} before she went into politics.",
    "A friend of the family, {}, found the letter.",
    "The firm hired {} from abroad.",
    "My neighbour is {} and knows about such things.",
)
SPEECH = (
    "The letter was written in {} and had to be translated.",
    "She speaks {} at home with her parents.",
    "The film was shown in {} with subtitles.",
    "Lessons in {} are given twice a week.",
    "Only a few of the guests understood {}.",
    "The oldest copy of the poem is in {}.",
)
CONTACTS = (
    "Questions can be sent to {} until Friday.",
    "Further details are found at {}, the notice says.",
    "The form asks for {} as the address.",
    "Please write to {} and wait for a reply.",
    "The list named {} as the place to ask.",
    "Everything was forwarded to {} last night.",
)
PLAIN = (
    "The {} was left on the table near the window.",
    "Nobody knew what had become of the {}.",
    "It took them an hour to carry the {} upstairs.",
    "A {} like this is not easy to come by.",
    "They talked about the {} all evening.",
    "The old {} had been mended more than once.",
)
THINGS = (
    "chair", "lamp", "ladder", "kettle", "blanket", "basket", "mirror", "clock", "drawer", "carpet",
    "bicycle", "bucket", "cupboard", "fence", "hammer", "jacket", "kite", "oven", "paintbrush",
    "rope", "saddle", "stove", "tent", "umbrella", "wheelbarrow",
)  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


# faker's own dates and times reach up to the present moment, so they change with it.
def _date(fake: "Faker") -> str:
    month = fake.random_element(MONTHS)
    return f"{fake.random_int(1, 28)} {month} {fake.random_int(1970, 2020)}"


def _time(fake: "Faker") -> str:
    return f"{fake.random_int(0, 23):02d}:{fake.random_int(0, 59):02d}"


KINDS: dict[str, tuple[tuple[str, ...], Callable[["Faker"], str]]] = {
    "person": (ACTORS, lambda fake: str(fake.name())),
    "organisation": (ACTORS, lambda fake: str(fake.company())),
    "city": (PLACES, lambda fake: str(fake.city())),
    "country": (PLACES, lambda fake: str(fake.country())),
    "date": (TIMES, _date),
    "time": (TIMES, _time),
    "money": (AMOUNTS, lambda fake: f"{fake.random_int(2, 900)} {fake.currency_name()}"),
    "job": (TRADES, lambda fake: f"the {str(fake.job()).lower()}"),
    "language": (SPEECH, lambda fake: str(fake.language_name())),
    "address": (CONTACTS, lambda fake: str(fake.email())),
    "none": (PLAIN, lambda fake: str(fake.random_element(THINGS))),
}

PROXY = Proxy(
    title="synthetic sentences with one named entity each (not CoNLL)",
    kind="text",
    origin="made by this project from templates and the faker package (MIT)",
    files=(),
    source="synthetic_ner",
    samples=PER_CLASS * len(KINDS),
)


def read(raw: Path) -> Texts:
    """Return the sentences in a mixed order, as many of each class; `raw` is not looked at."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(SEED)
    generator = np.random.default_rng(SEED)
    labels = generator.permutation(np.repeat(np.arange(len(KINDS)), PER_CLASS))
    kinds = list(KINDS.values())
    texts = []
    for label in labels:
        templates, entity = kinds[int(label)]
        texts.append(templates[int(generator.integers(len(templates)))].format(entity(fake)))
    return Texts(tuple(texts), labels.astype(np.int64), tuple(KINDS))
