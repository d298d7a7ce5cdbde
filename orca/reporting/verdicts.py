"""Whether our runs reproduce a published number: a stated test, from means, spreads and counts."""

import math
from collections.abc import Sequence
from typing import Literal

from orca.data.task import TASKS
from orca.peers.peer import PEERS
from orca.reporting.filled_table import TableCell, Unlike, Verdict, VerdictName
from orca.reporting.numbers import unit_of_last_digit

Sample = tuple[float, float, int]  # mean, sample standard deviation, number of runs
LEVEL = 0.05  # of every test
RELATIVE_MARGIN = 0.1  # of the published error: what counts as the same for practical ends
PUBLISHED_RUNS = 5  # "averages over 5 trials", ORCA (ICML 2023), section 4

EXPLANATION = (
    f"A cell is *reproduced* if two one-sided Welch tests (TOST, level {LEVEL:g}) put the "
    f"difference of the means within the margin: {RELATIVE_MARGIN:.0%} of the published error, "
    "and no less than one unit of the row's last printed digit. Failing that, it is *better* or *worse* "
    f"if Welch's two-sided test (level {LEVEL:g}) tells the means apart, and else there are *too "
    f"few runs* to say, as where all runs are equal without being perfect. Published means count as {PUBLISHED_RUNS} runs; one printed without a "
    "spread is taken as exact. Another metric, unit, data variant, split or body than the published one "
    "is *not comparable*, and the cell says which; nor are times on another machine, of which only the "
    "ratio is given."
)


def unlike_published(name: str, method: str) -> Unlike:
    """Return what is not the published one of scores on a task; empty where all is.

    It is what first tells the task from the variant that stands for it under `protocol: published`.
    A substitute for data that nobody can have is other data, and so is a copy with other rows.
    Peers were published by other papers, to which that variant is nothing.
    """
    like = TASKS[name].variant_of if name in TASKS else ""
    if like and (not TASKS[like].public or _rows(like) != _rows(name)):
        return "data"
    if method in PEERS:
        return ""
    other = TASKS.as_published(name)
    if other == name:
        return ""
    ours, theirs = TASKS[name], TASKS[other]
    if (ours.metric, ours.pooling) != (theirs.metric, theirs.pooling):
        return "metric"
    if ours.normalisation.targets != theirs.normalisation.targets:
        return "unit"
    if ours.samples != theirs.samples:
        return "split"
    same = ("input_shape", "target", "normalisation", "option")  # losses are no part of a score
    return "" if all(getattr(ours, f) == getattr(theirs, f) for f in same) else "data"


def _rows(name: str) -> int:
    samples = TASKS[name].samples
    return samples.fit + samples.test


def judge(cell: TableCell, elsewhere: str = "", alike: Sequence[str] = ()) -> Verdict | None:
    """Return the verdict on one cell; None where ours or the published number is not there.

    Args:
        cell: our runs and the published number.
        elsewhere: why a number from another machine cannot be compared; empty if it can.
        alike: numbers as printed beside the published one, with zeros at their ends left out: the
            finest of them has its digits.

    Source: Welch 1947 (Biometrika 34); Schuirmann 1987 (two one-sided tests).
    """
    ours, theirs = cell.ours, cell.theirs
    if ours is None or theirs is None or theirs.value is None:
        return None
    if ours.status == "failed":
        return Verdict(verdict="failed", reason="every run failed")
    if ours.mean is None:
        return Verdict(verdict="not run", reason=ours.absent or ours.status)
    difference = ours.mean - theirs.value
    reason, differs = elsewhere, ""
    if not elsewhere and cell.unlike:
        differs = f"other {cell.unlike}"
        reason = f"our {cell.unlike} of {cell.task} is not the published one"
    elif theirs.body not in ("", "not_stated", cell.body):
        reason = f"our body is {cell.body}, the published one is {theirs.body}"
        differs = "other body"
    if reason:
        ratio = ours.mean / theirs.value if elsewhere and theirs.value else None
        return Verdict(
            verdict="not comparable",
            reason=reason,
            differs=differs,
            difference=difference,
            ratio=ratio,
        )
    least = min(map(unit_of_last_digit, (theirs.text.partition(" ")[0], *alike)))
    margin = max(RELATIVE_MARGIN * abs(theirs.value - cell.perfect), least)
    if ours.std is None or (ours.std == 0 and ours.mean != cell.perfect):
        return Verdict(
            verdict="too few runs",
            reason="one run has no spread" if ours.std is None else "equal runs are one run",
            difference=difference,
            margin=margin,
        )
    return _by_tests(
        (ours.mean, ours.std, ours.n),
        (theirs.value, theirs.std or 0.0, PUBLISHED_RUNS),
        margin,
        lower_is_better=cell.direction == "lower",
    )


def _by_tests(ours: Sample, theirs: Sample, margin: float, *, lower_is_better: bool) -> Verdict:
    different, equivalent = compare_means(ours, theirs, margin)
    difference = ours[0] - theirs[0]
    verdict: VerdictName = "too few runs"
    reason = "neither a difference nor equality can be shown"
    if equivalent < LEVEL:
        verdict, reason = "reproduced", f"the means differ by less than {margin:.3g}"
    elif different < LEVEL:
        worse = (difference > 0) == lower_is_better
        verdict, reason = ("worse" if worse else "better"), "the means differ"
    return Verdict(
        verdict=verdict,
        reason=f"{reason} (Welch p = {different:.2g}, equivalence p = {equivalent:.2g})",
        difference=difference,
        margin=margin,
        p_different=different,
        p_equivalent=equivalent,
    )


def compare_means(ours: Sample, theirs: Sample, margin: float) -> tuple[float, float]:
    """Return the p-values of "the means are equal" and of "they are `margin` or more apart".

    Args:
        ours: our runs.
        theirs: likewise; a spread of 0 takes the mean as exact.
        margin: largest difference that counts as the same, in the unit of the means.
    """
    from scipy.stats import ttest_ind_from_stats

    if ours[1] == 0 and theirs[1] == 0:  # no spread anywhere: the difference itself decides
        difference = abs(ours[0] - theirs[0])
        return (1.0 if difference == 0 else 0.0), (0.0 if difference <= margin else 1.0)

    def p_value(shift: float, alternative: Literal["two-sided", "less", "greater"]) -> float:
        shifted = (theirs[0] + shift, theirs[1], theirs[2])
        found = ttest_ind_from_stats(*ours, *shifted, equal_var=False, alternative=alternative)
        return float(found.pvalue)

    different = p_value(0.0, "two-sided")
    above, below = p_value(-margin, "greater"), p_value(margin, "less")
    equivalent = max(above, below)
    return different, 1.0 if math.isnan(equivalent) else equivalent
