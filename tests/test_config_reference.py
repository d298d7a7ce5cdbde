import json
from pathlib import Path

import pytest

from orca.config_reference import GENERATED
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
