"""What a claim is: a sentence of the paper, and a check that can be made on any numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orca.declarations import Declarations
from orca.reporting.cells import TableData
from orca.reporting.published import Number, Published


class Incomplete(Exception):  # noqa: N818 (no fault: the check cannot be made yet)
    """A number that the check needs is not there."""


@dataclass(frozen=True)
class Outcome:
    """What a check found: whether the claim holds, and the numbers that say so."""

    holds: bool
    found: str


def outcome(found: int, of: int, exceptions: Sequence[str]) -> Outcome:
    """Return that a claim holds without exception, or where it does not."""
    but = f"; not {', '.join(exceptions)}" if exceptions else ""
    return Outcome(not exceptions, f"{found} of {of}{but}")


@dataclass(frozen=True)
class Numbers:
    """The numbers that claims are checked on: the paper's, or ours with its baselines.

    Args:
        side: whose they are.
        tables: filled tables by their number in the paper.
        printed: the paper's numbers.
        metadata: the paper's facts about tasks.
    """

    side: Literal["theirs", "ours"]
    tables: dict[str, TableData]
    printed: Published
    metadata: tuple[dict[str, str], ...] = ()

    def scores(self, number: str, methods: Sequence[str] = (), *, gaps: Sequence[str] = ()) -> Any:
        """Return a data frame of a table: tasks by methods.

        Args:
            number: of the table.
            methods: its columns; all that are the paper's if empty.
            gaps: methods that may miss tasks.

        Raises:
            Incomplete: if another method misses one.
        """
        return self._frame(number, methods, gaps, "value")

    def spreads(self, number: str, methods: Sequence[str]) -> Any:
        """Return the data frame of a table's spreads."""
        return self._frame(number, methods, (), "std")

    def _frame(self, number: str, methods: Sequence[str], gaps: Sequence[str], what: str) -> Any:
        import pandas as pd

        table = self.tables[number]
        kept = methods or self._of_paper(number)
        frame = pd.DataFrame(
            {
                head.name: [self._read(row[place], what) for row in table.cells]
                for place, head in enumerate(table.columns)
                if head.name in kept
            },
            index=[head.name for head in table.rows],
        ).astype(float)[list(kept)]
        missing = frame.drop(columns=[name for name in gaps if name in frame]).isna()
        if missing.any(axis=None):
            method = str(missing.any().idxmax())
            task = missing[method].idxmax()
            raise Incomplete(f"{method} on {task}: no {what} yet")
        return frame

    def _of_paper(self, number: str) -> list[str]:
        table = self.tables[number]
        return [
            head.name
            for place, head in enumerate(table.columns)
            if any(getattr(row[place].theirs, "value", None) is not None for row in table.cells)
        ]

    def _read(self, cell: Any, what: str) -> float | None:
        if self.side == "ours" and cell.ours is not None:
            return cell.ours.mean if what == "value" else cell.ours.std
        return getattr(cell.theirs, what, None)

    def count(self, found: int, claimed: int) -> bool:
        """Return whether a count is the claimed one; ours may be larger."""
        return found == claimed if self.side == "theirs" else found >= claimed

    def one(self, table: str, task: str, metric: str, method: str, body: str = "") -> Number:
        """Return one printed number."""
        found = self.printed.where(
            paper="orca_icml2023", table=table, task=task, metric=metric, method=method, body=body
        )
        if len(found) != 1:
            raise Incomplete(f"{len(found)} numbers of {method} on {task} in Table {table}")
        return found[0]

    def facts(self, table: str) -> list[dict[str, str]]:
        """Return the paper's facts about the tasks of a table."""
        return [row for row in self.metadata if row["table"] == table]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A sentence of the paper that its numbers can bear out or not.

    Args:
        where: sections and tables that make it.
        text: what it says, in our words.
        published: the number or word that it gives.
        check: makes the check.
        known: entry of config/published/README.md, if it does not follow from the paper's own
            numbers.
        of_ours: whether it says something about methods that we run, not only about print.
    """

    where: str
    text: str
    published: str
    check: Callable[[Numbers], Outcome]
    known: str = ""
    of_ours: bool = True


def near(value: float, printed: str, slack: float = 1.0) -> bool:
    """Return whether a number rounds to the printed one.

    Args:
        value: the number.
        printed: digits as printed.
        slack: half units of the last digit that are let pass, for inputs that were rounded too.
    """
    from orca.reporting.numbers import unit_of_last_digit

    return abs(value - float(printed)) <= 0.5 * unit_of_last_digit(printed) * slack + 1e-12


CLAIMS: Declarations[Claim] = Declarations("orca.reporting.claims", "claim")
