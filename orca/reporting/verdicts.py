"""Whether our runs reproduce a published number: a stated test, from means, spreads and counts."""

import math
from typing import Literal

from orca.reporting.cells import OurResult, TableCell, Verdict
from orca.reporting.numbers import unit_of_last_digit
from orca.reporting.published import PublishedNumber

LEVEL = 0.05  # of every test
RELATIVE_MARGIN = 0.1  # of the published error: what counts as the same for practical ends
PUBLISHED_RUNS = 5  # "averages over 5 trials", ORCA (ICML 2023), section 4

EXPLANATION = (
    f"A cell is *reproduced* if two one-sided Welch tests (TOST, level {LEVEL:g}) put the "
    f"difference of the means within the margin: {RELATIVE_MARGIN:.0%} of the published error, "
    "and no less than one unit of its last printed digit. Failing that, it is *better* or *worse* "
    f"if Welch's two-sided test (level {LEVEL:g}) tells the means apart, and else there are *too "
    f"few runs* to say. Published means count as {PUBLISHED_RUNS} runs; one printed without a "
    "spread is taken as exact. Another body than the published one is *not comparable*, nor are times "
    "on another machine, of which only the ratio is given."
)


def judge(
    cell: TableCell,
    ours: OurResult,
    number: PublishedNumber,
    published_std: float | None,
    elsewhere: str = "",
) -> Verdict:
    """Return the verdict on one cell's runs.

    Args:
        cell: its metric, direction and body.
        ours: its runs.
        number: what was published for it.
        published_std: the spread published with the number, here or in another table.
        elsewhere: why a number from another machine cannot be compared; empty if it can.

    Source: Welch 1947 (Biometrika 34); Schuirmann 1987 (two one-sided tests).
    """
    if ours.status == "failed":
        return Verdict(verdict="failed", reason="every run failed")
    if ours.mean is None:
        return Verdict(verdict="not run", reason=ours.absent or ours.status)
    difference = ours.mean - number.number
    reason = elsewhere
    if number.body not in ("not_stated", cell.body):
        reason = f"our body is {cell.body}, the published one is {number.body}"
    if reason:
        ratio = ours.mean / number.number if elsewhere and number.number else None
        return Verdict(verdict="not comparable", reason=reason, difference=difference, ratio=ratio)
    margin = max(
        RELATIVE_MARGIN * abs(number.number - cell.perfect), unit_of_last_digit(number.value)
    )
    if ours.std is None:
        return Verdict(
            verdict="too few runs",
            reason="one run has no spread",
            difference=difference,
            margin=margin,
        )
    different, equivalent = compare_means(
        (ours.mean, ours.std, ours.n), (number.number, published_std or 0.0, PUBLISHED_RUNS), margin
    )
    worse = (difference > 0) == (cell.direction == "lower")
    if equivalent < LEVEL:
        verdict, reason = "reproduced", f"the means differ by less than {margin:.3g}"
    elif different < LEVEL:
        verdict, reason = ("worse" if worse else "better"), "the means differ"
    else:
        verdict, reason = "too few runs", "neither a difference nor equality can be shown"
    return Verdict.model_validate(
        {
            "verdict": verdict,
            "reason": f"{reason} (Welch p = {different:.2g}, equivalence p = {equivalent:.2g})",
            "difference": difference,
            "margin": margin,
            "p_different": different,
            "p_equivalent": equivalent,
        }
    )


def compare_means(
    ours: tuple[float, float, int], theirs: tuple[float, float, int], margin: float
) -> tuple[float, float]:
    """Return the p-values of "the means are equal" and of "they are `margin` or more apart".

    Args:
        ours: mean, sample standard deviation, and number of runs.
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
