from pathlib import Path

import pytest

from orca.config_reference import GENERATED

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", GENERATED)
def test_the_generated_file_is_up_to_date(name):
    mend = "run: orca write-config-reference"
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), mend
