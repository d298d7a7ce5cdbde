"""What the runs that all tables plan keep to, under each protocol and beside each other."""

from functools import cache
from pathlib import Path

import pytest

from orca.methods.method import METHODS
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.workflow.runs import Runs

FOLDER = Path(__file__).parents[2] / "config"


@cache
def read(protocol):
    return Runs.read({"protocol": protocol, "hyperparameters": "published"}, FOLDER)


def of_table(runs, table):
    """Return the runs of methods that a table is made from, data of nobody's among them."""
    return [run for run in TABLES[table].runs(runs.configuration) if run.method in METHODS]


def planned(runs):
    """Return the runs of all tables and figures, and the alignments that these read, by path."""
    shown = (figure.under(runs.configuration) for figure in FIGURES.values())
    drawn = [each.run for figure in shown for each in (*figure.predictions, *figure.alignments)]
    every = [*drawn, *(run for table in TABLES for run in of_table(runs, table))]
    aligned = ((run, runs.alignment_of(run.method)) for run in every)
    return (
        {f"{run.task}/{run.body}/{run.method}" for run in every},
        {f"{run.task}/{run.body}/{alignment}" for run, alignment in aligned if alignment},
    )


def test_no_run_and_no_alignment_has_one_path_under_both_protocols():
    for sound, published in zip(*map(planned, map(read, ("sound", "published"))), strict=True):
        assert sound
        assert published
        assert not sound & published


@pytest.mark.parametrize("protocol", ["sound", "published"])
@pytest.mark.parametrize("table", TABLES)
def test_runs_of_one_task_and_body_may_stand_in_one_row(protocol, table):
    runs = read(protocol)
    rows: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for run in of_table(runs, table):
        groups = runs.finetune_settings(run.task, run.body, run.method)
        one = (groups["finetune"].selection, runs.origin(run.task, run.body, run.method))
        rows.setdefault((run.task, run.body), set()).add(one)
    assert all(len(kinds) == 1 for kinds in rows.values()), rows
    if protocol == "published":
        assert {kind[0] for kinds in rows.values() for kind in kinds} <= {"test_as_published"}
