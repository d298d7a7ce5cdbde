from pathlib import Path

import pytest

from orca.workflow.layout import PATHS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "results/README.md").read_text()
ABOVE = sorted({path.split("/")[1] for path in PATHS.values()})


@pytest.mark.parametrize("name", [name for name in ABOVE if "." not in name])
def test_the_page_about_results_names_each_folder(name):
    assert f"| `{name}/` |" in PAGE


def test_the_page_about_results_names_each_file():
    files = {path.split("/")[1].replace("{report}", "report") for path in PATHS.values()}
    assert all(f"`{name}`" in PAGE for name in files if "." in name)
