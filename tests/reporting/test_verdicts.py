import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from orca.reporting.cells import OurResult, TableCell
from orca.reporting.published import PublishedNumber
from orca.reporting.verdicts import compare_means, judge


def number(value="10.0", *, body="swin_base", direction="lower"):
    return PublishedNumber(
        paper="p",
        table="1",
        benchmark="b",
        task="t",
        metric="zero_one_error_pct",
        direction=direction,
        method="orca",
        body=body,
        value=value,
    )


def verdict_on(
    mean, std, n, *, value="10.0", published_std=0.2, direction="lower", perfect=0.0, **changes
):
    ours = OurResult(status="ok", mean=mean, std=std, n=n, text="").model_copy(update=changes)
    cell = TableCell(direction=direction, perfect=perfect, body="swin_base", ours=ours)
    return judge(cell, ours, number(value, direction=direction), published_std).verdict


def test_equal_means_with_small_spreads_are_reproduced():
    assert verdict_on(10.05, 0.2, 5) == "reproduced"


def test_a_difference_that_is_sure_but_within_the_margin_is_reproduced():
    assert verdict_on(10.4, 0.05, 5, published_std=0.05) == "reproduced"


@pytest.mark.parametrize(
    ("mean", "direction", "verdict"),
    [(13.0, "lower", "worse"), (7.0, "lower", "better"), (13.0, "higher", "better")],
)
def test_a_sure_difference_goes_by_the_direction(mean, direction, verdict):
    assert verdict_on(mean, 0.3, 5, direction=direction) == verdict


def test_wide_spreads_leave_it_open():
    assert verdict_on(10.8, 3.0, 3, published_std=2.0) == "too few runs"


def test_one_run_cannot_tell():
    assert verdict_on(10.0, None, 1) == "too few runs"


def test_failed_and_missing_runs_are_told_apart():
    assert verdict_on(None, None, 0, status="failed") == "failed"
    assert verdict_on(None, None, 0, status="not run") == "not run"


def test_another_body_is_not_compared():
    ours = OurResult(status="ok", mean=10.0, std=0.1, n=5, text="")
    cell = TableCell(body="minilm", ours=ours)
    assert judge(cell, ours, number(), 0.1).verdict == "not comparable"


def test_a_body_that_the_paper_does_not_state_is_compared():
    ours = OurResult(status="ok", mean=10.0, std=0.1, n=5, text="")
    cell = TableCell(body="minilm", ours=ours)
    assert judge(cell, ours, number(body="not_stated"), 0.1).verdict == "reproduced"


def test_time_on_another_machine_is_not_compared():
    ours = OurResult(status="ok", mean=10.0, std=0.1, n=5, text="")
    cell = TableCell(body="swin_base", ours=ours)
    assert judge(cell, ours, number(), 0.1, "another machine").verdict == "not comparable"


def test_the_margin_is_measured_from_perfect():
    # 10 % of an error of 0.10, not of an accuracy of 0.90.
    accuracy = {"value": "0.900", "direction": "higher", "published_std": 0.001}
    assert verdict_on(0.95, 0.001, 5, perfect=1.0, **accuracy) == "better"


def test_without_any_spread_the_difference_decides():
    assert compare_means((1.0, 0.0, 3), (1.0, 0.0, 5), 0.1) == (1.0, 0.0)
    assert compare_means((1.05, 0.0, 3), (1.0, 0.0, 5), 0.1) == (0.0, 0.0)
    assert compare_means((2.0, 0.0, 3), (1.0, 0.0, 5), 0.1) == (0.0, 1.0)


SAMPLES = st.lists(st.floats(-5, 5), min_size=2, max_size=8).filter(
    lambda values: statistics.stdev(values) > 1e-3
)


@given(SAMPLES, SAMPLES, st.floats(0.01, 3))
def test_the_p_values_are_those_of_the_tests_on_the_samples_themselves(ours, theirs, margin):
    def summary(values):
        return statistics.fmean(values), statistics.stdev(values), len(values)

    different, equivalent = compare_means(summary(ours), summary(theirs), margin)
    shifted = [
        ttest_ind(ours, [v + s for v in theirs], equal_var=False, alternative=side).pvalue
        for s, side in ((-margin, "greater"), (margin, "less"))
    ]
    assert math.isclose(
        different, ttest_ind(ours, theirs, equal_var=False).pvalue, rel_tol=1e-6, abs_tol=1e-12
    )
    assert math.isclose(equivalent, max(shifted), rel_tol=1e-6, abs_tol=1e-12)
