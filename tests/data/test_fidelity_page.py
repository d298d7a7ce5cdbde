import re
from pathlib import Path

from orca.data.proxy import PROXIES
from orca.data.task import TASKS

PAGE = (Path(__file__).parents[2] / "docs/fidelity.md").read_text()


def test_every_task_that_the_page_names_is_declared():
    named = set(re.findall(r"`((?:pde|openml|drug|domainnet)_[a-z0-9_]+)`", PAGE))
    assert named
    assert named <= {*TASKS, *PROXIES}


def test_every_official_variant_is_on_the_page():
    for name in TASKS:
        if not name.endswith("_official") or name.startswith("openml"):
            continue
        generic = "domainnet_<domain>_official" if name.startswith("domainnet") else name
        assert f"`{generic}`" in PAGE, name
