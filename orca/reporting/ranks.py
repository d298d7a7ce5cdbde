"""Whether methods differ over the tasks of a table: average ranks with their critical difference.

Source: Demšar 2006 (JMLR 7): Friedman's test, then Nemenyi's, which compares all with all.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orca.reporting.competition import competitions
from orca.reporting.look import PAGE, look, say
from orca.reporting.table_records import read_table

LEVEL = 0.05
LEAST_TASKS, LEAST_METHODS = 5, 3
GREY = "#777777"


@dataclass(frozen=True)
class RankTest:
    """Average ranks of methods over the tasks, the best first; 1 is best, and ties share.

    Args:
        p_equal: Friedman's p-value of "no method differs".
        critical: ranks apart by which two differ, by Nemenyi's test.
    """

    methods: tuple[str, ...]
    ranks: tuple[float, ...]
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


def rank_test(errors: Mapping[str, Sequence[float]]) -> RankTest | None:
    """Return the test of some methods by their errors on every task; None for too few of them."""
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    count, tasks = len(errors), len(next(iter(errors.values()), ()))
    if count < LEAST_METHODS or tasks < LEAST_TASKS:
        return None
    values = np.array(list(errors.values()))
    ranks = rankdata(values, axis=0).mean(axis=1)
    p_equal = float(friedmanchisquare(*values).pvalue)
    # For many samples and two to twenty methods: the tables of Demšar, to every printed digit.
    quantile = studentized_range.ppf(1 - LEVEL, count, math.inf) / math.sqrt(2)
    order = np.argsort(ranks, kind="stable")
    return RankTest(
        methods=tuple(list(errors)[k] for k in order),
        ranks=tuple(float(ranks[k]) for k in order),
        p_equal=1.0 if math.isnan(p_equal) else p_equal,
        critical=float(quantile) * math.sqrt(count * (count + 1) / (6 * tasks)),
    )


def plot_ranks(table_json: Path, stem: Path, protocol: str) -> None:
    """Draw the average ranks of a table's methods, and join those that do not differ."""
    table = read_table(table_json)
    tests = [
        (f"{held.side}, {held.tasks} tasks", rank_test(held.by_title(table)))
        for held in competitions(table)
    ]
    found = [(title, test) for title, test in tests if test]
    most = max((len(test.methods) for _, test in found), default=4)
    height = max(1, len(found)) * (0.95 + 0.13 * most)
    with look(PAGE, height, stem, protocol=protocol) as figure:
        axes = figure.subplots(max(len(found), 1), 1, squeeze=False)[:, 0]
        for axis, (title, test) in zip(axes, found, strict=False):
            _draw(axis, title, test)
        if not found:
            needed = f"{LEAST_METHODS} methods with results on {LEAST_TASKS} tasks"
            say(axes[0], f"a test of ranks needs {needed} at least")


def _draw(axis: Any, title: str, test: RankTest) -> None:
    count = len(test.methods)
    half = (count + 1) // 2
    axis.set_title(
        f"{title}: average rank; Friedman's p = {test.p_equal:.2g}\n"
        f"a bar joins what Nemenyi's test (level {LEVEL:g}) does not tell apart"
    )
    axis.set_xlim(1 - 0.35 * count, count + 0.35 * count)
    axis.set_ylim(-half - 0.6, 1.4)
    axis.axis("off")
    axis.plot([1, count], [0, 0], color="black", linewidth=0.8)
    for tick in range(1, count + 1):
        axis.plot([tick, tick], [0, 0.15], color="black", linewidth=0.8)
        axis.text(tick, 0.25, f"{tick}", ha="center", va="bottom", fontsize=7)
    axis.plot([1, 1 + test.critical], [1.0, 1.0], color="black", linewidth=1.2)
    axis.text(1 + test.critical, 1.0, f" critical difference {test.critical:.2f}", va="center")
    for place, (name, rank) in enumerate(zip(test.methods, test.ranks, strict=True)):
        left = place < half
        depth = -(place if left else count - 1 - place) - 0.9
        end, side = (0.9, "right") if left else (count + 0.1, "left")
        axis.plot([rank, rank, end], [0, depth, depth], color=GREY, linewidth=0.7)
        axis.text(end, depth, f" {name} ({rank:.2f}) ", ha=side, va="center", fontsize=7)
    for level, (first, last) in enumerate(test.groups):
        height = -0.2 - 0.16 * level
        ends = [test.ranks[first] - 0.04, test.ranks[last] + 0.04]
        axis.plot(ends, [height, height], color="black", linewidth=2.5, solid_capstyle="round")
