"""What a figure is: what it is drawn from, and the function that draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orca.declarations import Declarations
from orca.errors import ResultsError
from orca.evaluation.score import Run
from orca.reporting.names import PAPERS
from orca.reporting.table import TABLES, Choices


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a paper, or one of our own.

    Args:
        title: what it shows.
        caption: what is said under it.
        paper: key of the paper; empty for a figure of our own.
        number: of the figure in it.
        table: name of the table that it is drawn from, if it is drawn from one.
        files: other inputs, as paths under the results folder.
        draw: draws the inputs, in that order, to the stem of the files to write.
    """

    title: str
    caption: str
    paper: str = ""
    number: str = ""
    table: str = ""
    files: tuple[str, ...] = ()
    draw: Callable[[list[Path], Path], None]

    @property
    def heading(self) -> str:
        """The title, with the figure's number in its paper."""
        return (
            f"{PAPERS[self.paper]}, Figure {self.number}. {self.title}"
            if self.number
            else self.title
        )

    def inputs(self) -> list[str]:
        """Return all inputs as paths under the results folder."""
        table = [f"tables/{self.table}.json"] if self.table else []
        return [*table, *self.files]

    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs of the table that it is drawn from."""
        return TABLES.look_up(self.table, where=self.title).runs(choices) if self.table else []


FIGURES: Declarations[Figure] = Declarations("orca.reporting.drawings", "figure")


def plot(figure: str, *, results: Path, out: Path) -> None:
    """Draw a figure: `out/<figure>.svg`, `.pdf`, `.png`, and `.txt` with its caption.

    Args:
        figure: its name in `orca.reporting.drawings`.
        results: folder that its inputs lie in.
        out: folder for the files.

    Raises:
        SettingsError: if there is no such figure.
        ResultsError: if an input is missing.
    """
    declared = FIGURES.look_up(figure, where="the figure asked for")
    inputs = [results / path for path in declared.inputs()]
    for path in inputs:
        if not path.exists():
            raise ResultsError(
                where=str(path),
                what=f"it is missing, and figure '{figure}' is drawn from it",
                mend=f"make it: snakemake {path}",
            )
    out.mkdir(parents=True, exist_ok=True)
    declared.draw(inputs, out / figure)
    (out / f"{figure}.txt").write_text(declared.caption + "\n", encoding="utf-8")
