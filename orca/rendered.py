"""The files of tables, figures and reports, and what each is made from."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from orca.grid import Grid
from orca.jobs import RESULTS, line
from orca.methods.method import METHODS
from orca.reporting.figure import FIGURES
from orca.reporting.table import TABLES
from orca.rule_functions import RuleFunctions

TABLE_ENDINGS = ("csv", "md", "tex", "html", "json")
FIGURE_ENDINGS = ("svg", "pdf", "png")


@dataclass(frozen=True)
class Rendered(RuleFunctions):
    """What is made from the scores of a grid's runs.

    Args:
        grid: all runs that can be asked for.
    """

    grid: Grid

    def scores(self, table: str) -> list[str]:
        """Return the score files that a table is built from."""
        return [f"{RESULTS}/scores/{run.path}.json" for run in self.grid.runs(table)]

    def scores_there(self) -> str:
        """Return a digest that changes when a score file comes, goes or changes."""
        files = sorted(Path(RESULTS, "scores").glob("*/*/*/seed*.json"))
        told = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        return sha256(repr(told).encode()).hexdigest()[:16]

    def alignments(self, table: str) -> list[str]:
        """Return the histories of the alignments behind a table's runs."""
        keys = {
            (run.task, body, METHODS[run.method].alignment_key, run.seed)
            for run in self.grid.runs(table)
            for body in self.grid.bodies_behind(run.body)
        }
        return [
            f"{RESULTS}/aligned/{task}/{body}/{key}/seed{seed}/history.csv"
            for task, body, key, seed in sorted(keys)
            if key
        ]

    def table_files(self, table: str) -> list[str]:
        """Return the files of a table and of its figures."""
        files = [f"{RESULTS}/tables/{table}.{ending}" for ending in TABLE_ENDINGS]
        figures = ["profile"] * getattr(TABLES[table], "ranked", False) + ["alignment"] * bool(
            self.alignments(table)
        )
        return files + [
            f"{RESULTS}/figures/{table}_{figure}.{ending}"
            for figure in figures
            for ending in FIGURE_ENDINGS
        ]

    def figure_inputs(self, figure: str) -> list[str]:
        """Return what a figure of a paper is drawn from."""
        return [f"{RESULTS}/{path}" for path in FIGURES[figure].inputs()]

    def all_files(self) -> list[str]:
        """Return every table, figure and report that the configuration names."""
        choices = self.grid.choices
        return [
            *(file for table in choices.tables for file in self.table_files(table)),
            *(f"{RESULTS}/figures/{figure}.svg" for figure in choices.figures),
            *(f"{RESULTS}/{report}.html" for report in choices.reports),
        ]

    def report_files(self, wildcards: Any) -> list[str]:
        """Return what a report shows: tables, figures, cards of the tasks."""
        tables = self.grid.choices.reports[wildcards.report]
        tasks = {run.task for table in tables for run in self.grid.runs(table)}
        return [
            *(file for table in tables for file in self.table_files(table)),
            *(f"{RESULTS}/prepared/{task}/card.json" for task in sorted(tasks)),
        ]

    def report_tables(self, wildcards: Any) -> str:
        """Return the tables of a report as options: its own, then other reports' that are there.

        Those join as they are: to remake them is not the report's business.
        """
        reports = self.grid.choices.reports
        own = reports[wildcards.report]
        others = sorted({table for tables in reports.values() for table in tables} - set(own))
        there = [table for table in others if Path(f"{RESULTS}/tables/{table}.json").exists()]
        return line(table=[*own, *there])
