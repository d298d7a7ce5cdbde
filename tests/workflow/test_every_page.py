"""What `all` asks for is rendered, every page of it, once its runs are there."""

import json
from pathlib import Path

import pytest

from orca.reporting.table_records import read_table
from tests import forked
from tests.workflow.every_page import make_every_page

pytestmark = pytest.mark.slow
FACTS = {"table_1", "table_6", "table_22"}  # of words and of sizes


@pytest.fixture(scope="module")
def made(place):
    child = forked.start(make_every_page, place, said=place / ".pages")
    child.join()
    assert child.exitcode == 0, Path(f"{place}/.pages.err").read_text()[-3000:]
    return place


def test_every_page_that_all_asks_for_is_there(made):
    asked = json.loads((made / "asked.json").read_text())
    assert set(asked["all"]) <= set(asked["outputs"])
    assert [path for path in asked["all"] if not (made / path).stat().st_size] == []


def test_every_table_of_runs_has_scores_of_ours(made):
    tables = [read_table(path) for path in (made / "results/tables").glob("*.json")]
    statuses = {
        table.name: {cell.ours.status for row in table.cells for cell in row if cell.ours}
        for table in tables
    }
    assert {name for name, found in statuses.items() if "ok" not in found} == FACTS
