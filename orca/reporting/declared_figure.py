"""What a figure is: what it is drawn from, and the function that draws it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orca.data.task import TASKS
from orca.declarations import Declarations
from orca.errors import ResultsError
from orca.evaluation.score import Run
from orca.experiment import PROTOCOLS, Experiment
from orca.methods.method import METHODS
from orca.provenance import write_text
from orca.reporting.declared_table import TABLES
from orca.reporting.names import PAPERS


@dataclass(frozen=True)
class PredictionInput:
    """A run's predictions on its test split, or on that which `Task.also_tested_on` names so."""

    run: Run
    ending: str = ""


@dataclass(frozen=True, kw_only=True)
class AlignmentInput:
    """The history of the alignment that a run would start from.

    Its settings are those of the run's method, with `changes` by group and key put over them.
    """

    run: Run
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a paper, or one of our own.

    Args:
        paper: its key; empty for a figure of our own.
        table: name of the table that it is drawn from, if it is drawn from one.
        draw: called with the files of table, predictions and alignments, in that order, the stem of
            the files to write, and the sentence on the protocol that stands under the figure.
    """

    title: str
    caption: str
    paper: str = ""
    number: str = ""
    table: str = ""
    predictions: tuple[PredictionInput, ...] = ()
    alignments: tuple[AlignmentInput, ...] = ()
    draw: Callable[..., None]

    @property
    def heading(self) -> str:
        """The title, with the figure's number in its paper."""
        where = f"{PAPERS[self.paper]}, Figure {self.number}. " if self.number else ""
        return f"{where}{self.title}"

    def under(self, experiment: Experiment) -> "Figure":
        """Return the figure as it is drawn under a protocol: by the runs that stand for its own."""
        if experiment.protocol != "published":
            return self
        return replace(
            self,
            predictions=tuple(replace(p, run=_as_published(p.run)) for p in self.predictions),
            alignments=tuple(replace(a, run=_as_published(a.run)) for a in self.alignments),
        )

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of the table that it is drawn from."""
        return TABLES.look_up(self.table, where=self.title).runs(experiment) if self.table else []


def _as_published(run: Run) -> Run:
    names = {"task": TASKS.as_published(run.task), "method": METHODS.as_published(run.method)}
    return run.model_copy(update=names)


FIGURES: Declarations[Figure] = Declarations("orca.reporting.drawings", "figure")


def plot(figure: str, inputs: list[Path], out: Path, *, experiment: Experiment) -> None:
    """Draw a figure: `out/<figure>.svg`, `.pdf`, `.png`, and `.txt` with its caption.

    The inputs are the JSON file of its table, then the files of its predictions and the histories
    of its alignments.

    Raises:
        SettingsError: if there is no such figure.
        ResultsError: if an input is missing.
    """
    declared = FIGURES.look_up(figure, where="the figure asked for")
    for path in inputs:
        if not path.exists():
            raise ResultsError(
                where=str(path),
                what=f"it is missing, and figure '{figure}' is drawn from it",
                mend=f"make it: snakemake {path}",
            )
    out.mkdir(parents=True, exist_ok=True)
    protocol = PROTOCOLS[experiment.protocol]
    declared.draw(*inputs, out / figure, protocol)
    write_text(out / f"{figure}.txt", f"{declared.caption} {protocol}\n")
