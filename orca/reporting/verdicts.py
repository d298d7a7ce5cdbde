"""Whether our runs reproduce a published number: a stated test, from means, spreads and counts."""

import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Literal

from orca.data.task import TASKS
from orca.peers.peer import PEERS
from orca.reporting.numbers import unit_of_last_digit
from orca.reporting.table_records import (
    PublishedResult,
    TableCell,
    Unlike,
    Verdict,
    VerdictName,
)

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
    """Return what scores on a task have other than the published ones; empty if nothing.

    The first difference between the task and its published variant, which `protocol: published`
    runs instead. A substitute for data that cannot be obtained differs, and so does a copy with
    other rows. The numbers published for peers come from other papers, which did not use that
    variant.
    """
    like = TASKS[name].variant_of if name in TASKS else ""
    if like:
        here, there = TASKS[name].samples, TASKS[like].samples
        if not TASKS[like].public or here.fit + here.test != there.fit + there.test:
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
    # Losses are no part of a score, nor is which samples the constants are found on.
    normalised = astuple(ours.normalisation) == astuple(theirs.normalisation)
    same = all(getattr(ours, f) == getattr(theirs, f) for f in ("input_shape", "target", "option"))
    return "" if normalised and same else "data"


def judge(cell: TableCell, incomparable: str = "", alike: Sequence[str] = ()) -> Verdict | None:
    """Return the verdict on one cell; None where ours or the published number is not there.

    Args:
        cell: our runs and the published number.
        incomparable: why no published number of the quantity can be compared; empty if it can.
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
    reason, differs = (incomparable, "") if incomparable else _unlike(cell, theirs)
    if reason:
        ratio = ours.mean / theirs.value if incomparable and theirs.value else None
        return Verdict(
            verdict="not comparable",
            reason=reason,
            differs=differs,
            difference=difference,
            ratio=ratio,
        )
    least = min(map(unit_of_last_digit, (theirs.text.partition(" ")[0], *alike)))
    margin = max(RELATIVE_MARGIN * abs(theirs.value - cell.perfect), least)
    measured: dict[str, float] = {"difference": difference, "margin": margin}
    if ours.std is None or (ours.std == 0 and ours.mean != cell.perfect):
        why = "one run has no spread" if ours.std is None else "equal runs are one run"
        return Verdict(verdict="too few runs", reason=why, **measured)
    of_theirs = (theirs.value, theirs.std or 0.0, PUBLISHED_RUNS)
    different, equivalent = compare_means((ours.mean, ours.std, ours.n), of_theirs, margin)
    verdict: VerdictName = "too few runs"
    why = "neither a difference nor equality can be shown"
    if equivalent < LEVEL:
        verdict, why = "reproduced", f"the means differ by less than {margin:.3g}"
    elif different < LEVEL:
        worse = (difference > 0) == (cell.direction == "lower")
        verdict, why = ("worse" if worse else "better"), "the means differ"
    tests = f"Welch p = {different:.2g}, equivalence p = {equivalent:.2g}"
    measured |= {"p_different": different, "p_equivalent": equivalent}
    return Verdict(verdict=verdict, reason=f"{why} ({tests})", **measured)


def _unlike(cell: TableCell, theirs: PublishedResult) -> tuple[str, str]:
    """Return why two numbers of one machine cannot be compared, also in two words, or nothing."""
    unlike = cell.unlike or ("metric" if _marches(cell) else "")
    if unlike:
        return f"our {unlike} of {cell.task} is not the published one", f"other {unlike}"
    if theirs.body not in ("", "not_stated", cell.body):
        return f"our body is {cell.body}, the published one is {theirs.body}", "other body"
    return "", ""


def _marches(cell: TableCell) -> bool:
    """Return whether the published network marched in time where ours goes to the last frame."""
    in_time = cell.task in TASKS and getattr(TASKS[cell.task].option, "target_frame", None)
    return bool(in_time) and cell.method in PEERS and PEERS[cell.method].published_in_steps


def compare_means(ours: Sample, theirs: Sample, margin: float) -> tuple[float, float]:
    """Return the p-values of "the means are equal" and of "they are `margin` or more apart".

    A published spread of 0 takes the mean as exact.
    """
    from scipy.stats import ttest_ind_from_stats

    if ours[1] == 0 and theirs[1] == 0:  # no spread anywhere: the difference itself decides
        difference = abs(ours[0] - theirs[0])
        return float(difference == 0), float(difference > margin)

    def p_value(shift: float, alternative: Literal["two-sided", "less", "greater"]) -> float:
        shifted = (theirs[0] + shift, *theirs[1:])
        found = ttest_ind_from_stats(*ours, *shifted, equal_var=False, alternative=alternative)
        return float(found.pvalue)

    equivalent = max(p_value(-margin, "greater"), p_value(margin, "less"))
    return p_value(0.0, "two-sided"), 1.0 if math.isnan(equivalent) else equivalent
