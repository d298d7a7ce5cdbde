"""What a table is: a declaration that names the runs it needs, and fills its cells from them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from orca.declarations import Declarations
from orca.evaluation.score import Run
from orca.experiment import Experiment
from orca.reporting.cells import TableData
from orca.reporting.table_inputs import TableInputs


@dataclass(frozen=True, kw_only=True)
class Table(ABC):
    """A table of a paper, or one of our own: what all forms of table have.

    Args:
        title: what it is about.
        paper: key of the published numbers; empty for a table of our own.
        number: of the table in the paper; empty where it is not known.
        caption: what is said under it.
    """

    title: str
    paper: str = ""
    number: str = ""
    caption: str = ""

    @abstractmethod
    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs that the table is made from, each once."""

    @abstractmethod
    def fill(self, name: str, inputs: TableInputs, experiment: Experiment) -> TableData:
        """Return the table with every cell filled, or saying why it is not."""

    def filled(self, name: str, **content: Any) -> TableData:
        """Return the filled table: `content` under this table's title, number and caption."""
        return TableData(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=self.caption,
            **content,
        )


TABLES: Declarations[Table] = Declarations("orca.reporting.tables", "table")
