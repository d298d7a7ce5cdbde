"""The table of claims: what is said, what the paper's numbers say, and what ours say."""

from dataclasses import dataclass

from orca.evaluation.score import Run
from orca.reporting.cells import Cell, Head, TableData, Theirs
from orca.reporting.claim import CLAIMS, Claim, Incomplete, Numbers, Outcome
from orca.reporting.facts import read_metadata
from orca.reporting.sources import Sources
from orca.reporting.table import TABLES, Choices, Table


@dataclass(frozen=True, kw_only=True)
class ClaimsTable(Table):
    """Every declared claim, checked on the published numbers and on ours."""

    def _tables(self) -> dict[str, str]:
        """Return the names of the paper's tables by their number, this one left out."""
        return {
            table.number: name
            for name, table in TABLES.items()
            if table.paper == self.paper and table.number
        }

    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs of all the paper's tables, each once."""
        names = self._tables().values()
        found = {run.path: run for name in names for run in TABLES[name].runs(choices)}
        return list(found.values())

    def fill(self, name: str, sources: Sources, choices: Choices) -> TableData:
        """Return the table; a claim that cannot be checked on our runs yet says so."""
        filled = {
            number: TABLES[table].fill(table, sources, choices)
            for number, table in self._tables().items()
        }
        facts = tuple(read_metadata(sources.metadata))
        theirs = Numbers("theirs", filled, sources.published, facts)
        ours = Numbers("ours", filled, sources.published, facts)
        rows, cells, follow, hold, checked = [], [], 0, 0, 0
        for key, claim in CLAIMS.items():
            in_print = claim.check(theirs)
            in_ours = _check(claim, ours)
            follow += in_print.holds
            checked += isinstance(in_ours, Outcome)
            hold += isinstance(in_ours, Outcome) and in_ours.holds
            rows.append(Head(name=key, title=claim.text))
            cells.append(_line(claim, in_print, in_ours))
        return TableData(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=self.caption,
            row_title="claim",
            textual=True,
            columns=tuple(
                Head(name=column, title=title)
                for column, title in (
                    ("where", "where"),
                    ("published", "published"),
                    ("found", "from the published numbers"),
                    ("follows", "follows"),
                    ("ours", "from ours"),
                    ("holds", "holds"),
                )
            ),
            rows=tuple(rows),
            cells=tuple(cells),
            notes=(
                f"{follow} of {len(CLAIMS)} claims follow from the published numbers, "
                f"{len(CLAIMS) - follow} do not (N1 to N12 of config/published/README.md).",
                f"{hold} of the {checked} that our runs can be asked about so far hold in them.",
            ),
        )


def _check(claim: Claim, numbers: Numbers) -> Outcome | str:
    """Return the outcome on our numbers, or why there is none."""
    if not claim.of_ours:
        return "about print only"
    try:
        return claim.check(numbers)
    except Incomplete as missing:
        return f"not run: {missing}"


def _line(claim: Claim, in_print: Outcome, in_ours: Outcome | str) -> tuple[Cell, ...]:
    follows = "yes" if in_print.holds else f"no ({claim.known})" if claim.known else "no"
    if isinstance(in_ours, str):
        ours = (in_ours, "–")
    else:
        ours = (in_ours.found, "yes" if in_ours.holds else "no")
    texts = (claim.where, claim.published, in_print.found, follows, *ours)
    return tuple(Cell(theirs=Theirs(text=text)) for text in texts)
