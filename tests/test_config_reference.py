import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orca.alignment.distance import DistanceSettings
from orca.config_reference import GENERATED, parts
from orca.data.entry import TaskEntry
from orca.peers.peer import PEERS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", GENERATED)
def test_the_generated_file_is_up_to_date(name):
    mend = "run: orca write-config-reference"
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), mend


SCHEMAS = {name: json.loads((ROOT / name).read_text()) for name in GENERATED if "schemas" in name}


def test_the_keys_of_own_tasks_and_of_peers_are_in_the_page_and_in_the_schema():
    page = (ROOT / "config/README.md").read_text()
    keys = SCHEMAS["workflow/schemas/config.schema.json"]["properties"]
    aliases = {field.alias or key for key, field in TaskEntry.model_fields.items()}
    assert keys["tasks"]["additionalProperties"]["properties"].keys() == aliases
    assert all(f"\n| `{key}` |" in page for key in aliases)
    for name, peer in PEERS.items():
        own = {**peer.settings, **peer.space}
        assert keys["peers"]["properties"][name]["properties"].keys() == own.keys()
        assert peer.variant_of or all(f"\n| `{name}` | `{key}` |" in page for key in own)


VERBS = re.compile(r"\b(?:are|describes|goes|has|have|is|lists|moves|pretrains|say|says|trains)\b")
SUBORDINATE = re.compile(r"\b(?:that|which|who|whose|what|where|how|as)\b[^,;:]*", re.IGNORECASE)


def is_sentence(text: str) -> bool:
    """Whether a text stands alone: it has a verb before its first pause, outside a clause within."""
    main = re.split(r"[;:.](?:\s|$)", SUBORDINATE.sub("", text))[0]
    return (
        text[:1] in f"`{text[:1].upper()}"
        and text.endswith(".")
        and len(text.split()) >= 5
        and VERBS.search(main) is not None
    )


def groups(schema: Any) -> Iterator[str]:
    """Yield what a schema says of every group of keys, "" where it says nothing."""
    if not isinstance(schema, dict):
        return
    of_each = schema.get("additionalProperties")
    if "properties" in schema or (isinstance(of_each, dict) and "properties" in of_each):
        yield schema.get("description", "")
    for each in schema.values():
        yield from groups(each)


SAID = sorted({text for schema in SCHEMAS.values() for text in groups(schema)})


@pytest.mark.parametrize("text", [*SAID, *(what for _, _, what in parts())])
def test_what_is_said_of_a_group_is_a_whole_sentence(text):
    assert is_sentence(text)


def test_no_distance_is_described_as_any_distance():
    assert DistanceSettings.__doc__ not in SAID


@pytest.mark.parametrize(
    "fragment",
    [
        "The prompts.",
        "What moves the weights in both stages.",
        "How the optimal transport dataset distance is computed.",
        "The shape of the model that every stage shares.",
        "Settings of one distance; by themselves, those of a distance that has none.",
        "Gaussians in the classes' places, and the official code's way of solving.",
        "`config/config.yaml`: what is built, and how.",
    ],
)
def test_a_fragment_is_no_sentence(fragment):
    assert not is_sentence(fragment)
