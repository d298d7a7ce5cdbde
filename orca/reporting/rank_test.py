"""Whether methods differ over the tasks of a table: average ranks with their critical difference.

Source: Demšar 2006 (JMLR 7): Friedman's test, then Nemenyi's, which compares all with all.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orca.reporting.filled_table import FilledTable, Whose
from orca.reporting.summary import competition

LEVEL = 0.05
LEAST_TASKS, LEAST_METHODS = 5, 3


@dataclass(frozen=True)
class RankTest:
    """Average ranks of methods, the best first.

    Args:
        whose: whose numbers they are.
        methods: their titles.
        ranks: average over the tasks; 1 is best, ties share.
        tasks: how many every method has a result on.
        p_equal: Friedman's p-value of "no method differs".
        critical: ranks apart by which two differ, by Nemenyi's test.
    """

    whose: str
    methods: tuple[str, ...]
    ranks: tuple[float, ...]
    tasks: int
    p_equal: float
    critical: float

    @property
    def groups(self) -> list[tuple[int, int]]:
        """Runs of neighbours, from first to last, that the test cannot tell apart; none in another."""
        found: list[tuple[int, int]] = []
        for first, rank in enumerate(self.ranks):
            last = max(k for k, other in enumerate(self.ranks) if other - rank <= self.critical)
            if last > first and (not found or last > found[-1][1]):
                found.append((first, last))
        return found


def rank_test(whose: str, errors: Mapping[str, Sequence[float]]) -> RankTest | None:
    """Return the test of some methods; None for too few methods or tasks.

    Args:
        whose: whose numbers they are.
        errors: for each method its error on every task, in one order; lower is better.
    """
    import numpy as np
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    count, tasks = len(errors), len(next(iter(errors.values()), ()))
    if count < LEAST_METHODS or tasks < LEAST_TASKS:
        return None
    values = np.array(list(errors.values()))
    ranks = rankdata(values, axis=0).mean(axis=1)
    p_equal = float(friedmanchisquare(*values).pvalue)
    # For many samples and two to twenty methods: the tables of Demšar, to every printed digit.
    quantile = studentized_range.ppf(1 - LEVEL, count, math.inf) / math.sqrt(2)
    critical = float(quantile) * math.sqrt(count * (count + 1) / (6 * tasks))
    order = np.argsort(ranks, kind="stable")
    methods = list(errors)
    return RankTest(
        whose=whose,
        methods=tuple(methods[k] for k in order),
        ranks=tuple(float(ranks[k]) for k in order),
        tasks=tasks,
        p_equal=1.0 if math.isnan(p_equal) else p_equal,
        critical=critical,
    )


def rank_tests(table: FilledTable) -> list[RankTest]:
    """Return the tests of the published numbers and of ours, each where it can be made."""
    sides: list[tuple[str, Whose]] = [("published", "theirs"), ("ours", "ours")]
    found = []
    for title, whose in sides:
        if whose == "theirs" and not table.has_theirs:
            continue
        columns, _, errors = competition([list(row) for row in table.cells], whose)
        by_method = {
            table.columns[column].title: [row[place] for row in errors]
            for place, column in enumerate(columns)
        }
        test = rank_test(title, by_method)
        found += [test] if test else []
    return found
