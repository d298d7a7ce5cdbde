"""What tables, figures and reports are made from, and their keys, by Snakemake's wildcards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orca.code_digest import used_code
from orca.cost import V100, finetune_seconds
from orca.evaluation.metric import METRICS
from orca.evaluation.score import Run
from orca.methods.method import METHODS
from orca.peers.peer import PEERS
from orca.provenance import HISTORY, digest_of
from orca.reporting.declared_figure import FIGURES, Figure
from orca.reporting.declared_table import TABLES
from orca.reporting.names import method_title
from orca.reporting.ranks import LEAST_TASKS
from orca.settings import merge, not_default
from orca.workflow import layout
from orca.workflow.jobs import Jobs
from orca.workflow.runs import alignment_name


@dataclass(frozen=True, eq=False)
class Pages:
    """Inputs and keys of the jobs that show results."""

    jobs: Jobs

    @cache  # noqa: B019 (one object lives as long as the workflow)
    def share_of(self, task: str, body: str) -> int:
        """Return how many seeds of a task and a body share a job."""
        runs = self.jobs.runs
        groups = runs.plain_settings(task, body)
        hours = finetune_seconds(runs.task(task), body, groups, V100) / 3600
        return max(1, int(runs.configuration.hours_per_job / hours))

    def shares(self, runs: Iterable[Run]) -> Iterator[tuple[str, str, str, str]]:
        """Yield task, body, method and seeds (`seeds0-2`) of the jobs that make some runs."""
        seeds: dict[tuple[str, str, str], list[int]] = {}
        for run in runs:
            seeds.setdefault((run.task, run.body, run.method), []).append(run.seed)
        for (task, body, method), numbers in seeds.items():
            ordered = sorted(numbers)
            size = len(ordered) if method in PEERS else self.share_of(task, body)
            for start in range(0, len(ordered), size):  # a table's seeds are successive
                yield task, body, method, layout.seeds_name(ordered[start : start + size])

    def scores(self, runs: Iterable[Run]) -> list[str]:
        """Return the stamps of the evaluations of some runs."""
        return [
            layout.stamp(layout.run_folder("scores", task, body, method), seeds)
            for task, body, method, seeds in self.shares(runs)
        ]

    def _keep_experiment(self) -> None:
        """Keep what pages read of the configuration; a workflow that makes none leaves it alone."""
        experiment = not_default(self.jobs.runs.configuration.experiment)
        self.jobs.settings_files[layout.path("experiment")] = experiment

    def table_files(self, wildcards: Any) -> list[str]:
        """Return the scores that a table is built from."""
        self._keep_experiment()
        return self.scores(self.jobs.runs.of_table(wildcards.table))

    def table_key(self, wildcards: Any) -> str:
        """Return the key of a table: its code, its declaration, and all that it names."""
        runs = self.jobs.runs.of_table(wildcards.table)
        tasks = {run.task: self.jobs.runs.task(run.task) for run in runs}
        digests = {name: task.digest for name, task in tasks.items()}
        titles = {run.method: method_title(run.method) for run in runs}
        titles |= {task.metric: METRICS[task.metric].title for task in tasks.values()}
        code = used_code("reporting/tabulate.py", TABLES.path(wildcards.table)).digest
        return digest_of([code, digests, titles, [run.path for run in runs]])

    def tabulate_code(self, wildcards: Any) -> str:
        """Return a digest of the code that renders tables, and of all that are declared."""
        return used_code("reporting/tabulate.py", *map(TABLES.path, TABLES)).digest

    def figures_key(self, wildcards: Any) -> str:
        """Return a digest of what draws a table's figures, and of the protocol under them."""
        code = used_code(
            "reporting/profiles.py",
            "reporting/ranks.py",
            "reporting/history_drawing.py",
        ).digest
        return digest_of([code, self.jobs.runs.configuration.experiment.protocol])

    def figure_key(self, wildcards: Any) -> str:
        """Return a digest of the code that draws a figure of a paper."""
        return used_code("reporting/declared_figure.py", FIGURES.path(wildcards.figure)).digest

    def alignments(self, table: str) -> list[tuple[str, str]]:
        """Return folder and seeds of the alignments behind a table's runs."""
        found = {
            (layout.run_folder("aligned", task, body, alignment), seeds)
            for task, body, method, seeds in self.shares(self.jobs.runs.of_table(table))
            if method not in PEERS and (alignment := self.jobs.runs.alignment_of(method))
        }
        return sorted(found)

    def alignment_files(self, wildcards: Any) -> list[str]:
        """Return the alignments that a table's figure of them is drawn from."""
        self._keep_experiment()
        found = self.alignments(wildcards.table)
        path = layout.path("histories", table=wildcards.table)
        self.jobs.settings_files[path] = {"histories": _histories(found)}
        return [layout.stamp(folder, seeds) for folder, seeds in found]

    def figures_of_table(self, table: str) -> list[str]:
        """Return a table's files with those of its figures."""
        declared = TABLES[table]
        kinds = ["profile"] * declared.ranked
        rows = len(declared.all_rows(self.jobs.runs.configuration))
        kinds += ["ranks"] * (declared.ranked and rows >= LEAST_TASKS)
        kinds += ["alignment"] * bool(self.alignments(table))
        figures = [file for kind in kinds for file in layout.figure_files(f"{table}_{kind}")]
        return [*layout.table_files(table), *figures]

    def figure_files(self, wildcards: Any) -> list[str]:
        """Return what a figure of a paper is drawn from."""
        self._keep_experiment()
        figure = FIGURES[wildcards.figure].under(self.jobs.runs.configuration.experiment)
        made_by = self._figure_inputs(figure)
        path = layout.path("figure_inputs", figure=wildcards.figure)
        self.jobs.settings_files[path] = {"inputs": list(made_by)}
        return list(made_by.values())

    def _figure_inputs(self, figure: Figure) -> dict[str, str]:
        """Return the files that a figure is drawn from, each with the file that has it made."""
        tables = [f"{layout.path('tables', table=figure.table)}.json"] * bool(figure.table)
        predictions = [
            layout.path("predictions", **p.run.model_dump(), ending=p.ending and f"_{p.ending}")
            for p in figure.predictions
        ]
        found = {path: path for path in (*tables, *predictions)}
        for aligned in figure.alignments:
            run = aligned.run
            given = merge(self.jobs.runs.of_method(run.method), aligned.changes)
            name = alignment_name(METHODS[run.method], given)
            folder = layout.run_folder("aligned", run.task, run.body, name)
            seeds = layout.seeds_name([run.seed])
            found.update(dict.fromkeys(_histories([(folder, seeds)]), layout.stamp(folder, seeds)))
        return found

    def all_files(self) -> list[str]:
        """Return every table, figure and report that the configuration names."""
        given = self.jobs.runs.configuration
        return [
            *(file for table in given.tables for file in self.figures_of_table(table)),
            *(layout.figure_files(figure)[0] for figure in given.figures),
            *(layout.path("report", report=name) for name in given.reports),
        ]

    def report_files(self, wildcards: Any) -> list[str]:
        """Return what a report shows: tables, figures, cards of the tasks."""
        reports = self.jobs.runs.configuration.reports
        own = reports[wildcards.report]
        others = sorted({table for tables in reports.values() for table in tables} - set(own))
        there = [
            name for name in others if Path(f"{layout.path('tables', table=name)}.json").exists()
        ]
        runs = [run for table in own for run in self.jobs.runs.of_table(table)]
        tasks = sorted({run.task for run in runs})
        finetuned = [
            (layout.run_folder("finetuned", task, body, method), seeds)
            for task, body, method, seeds in self.shares(runs)
            if method not in PEERS
        ]
        self.jobs.settings_files[layout.path("report_settings", report=wildcards.report)] = {
            "tables": [*own, *there],  # the others join as they are
            "histories": _histories(finetuned),
            "configuration": not_default(self.jobs.runs.configuration),
        }
        return [
            *(file for table in own for file in self.figures_of_table(table)),
            *(layout.path("data_card", task=task) for task in tasks),
        ]

    def report_key(self, wildcards: Any) -> str:
        """Return the key of a report."""
        code = used_code("reporting/report.py").digest
        self.report_files(wildcards)
        shown = self.jobs.settings_files[layout.path("report_settings", report=wildcards.report)]
        return digest_of([code, dict(shown)])

    def scores_there(self) -> str:
        """Return a digest that changes when a score file comes, goes or changes."""
        self._keep_experiment()
        files = sorted(Path(layout.root("scores")).glob("*/*/*/seed*/*.json"))
        stamps = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        return digest_of(stamps)


def _histories(folders: Sequence[tuple[str, str]]) -> list[str]:
    """Return the histories of the runs of some jobs."""
    return [
        f"{layout.run(folder, seed)}/{HISTORY}"
        for folder, seeds in folders
        for seed in layout.seeds_of(seeds)
    ]
