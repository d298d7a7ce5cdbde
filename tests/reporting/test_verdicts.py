import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from orca.reporting.table_records import OurResult, PublishedResult, TableCell
from orca.reporting.verdicts import compare_means, judge, unlike_published

PRINTED = {"text": "10.0 ± 0.2", "value": 10.0, "std": 0.2, "body": "swin_base"}
ACCURACY = {"text": "0.900", "value": 0.9, "std": 0.001}  # 10 % of its error is 0.01


@pytest.mark.parametrize(
    ("ours", "cell", "printed", "verdict"),
    [
        ((10.05, 0.2, 5), {}, {}, "reproduced"),
        ((10.4, 0.05, 5), {}, {"std": 0.05}, "reproduced"),  # sure, but within the margin
        ((13.0, 0.3, 5), {}, {}, "worse"),
        ((7.0, 0.3, 5), {}, {}, "better"),
        ((13.0, 0.3, 5), {"direction": "higher"}, {}, "better"),
        ((0.95, 0.001, 5), {"direction": "higher", "perfect": 1.0}, ACCURACY, "better"),
        ((10.8, 3.0, 3), {}, {"std": 2.0}, "too few runs"),
        ((10.0, None, 1), {}, {}, "too few runs"),
        ((13.0, 0.0, 3), {}, {}, "too few runs"),  # a peer without chance, on one split
        (
            (1.0, 0.0, 3),
            {"direction": "higher", "perfect": 1.0},
            {"value": 1.0, "std": None},
            "reproduced",
        ),
        ((None, None, 0), {"status": "failed"}, {}, "failed"),
        ((None, None, 0), {"status": "not run"}, {}, "not run"),
        ((10.0, 0.1, 5), {"body": "minilm"}, {}, "not comparable"),
        ((10.0, 0.1, 5), {"body": "minilm"}, {"body": "not_stated"}, "reproduced"),
        ((10.0, 0.1, 5), {"incomparable": "another machine"}, {}, "not comparable"),
    ],
)
def test_a_verdict_goes_by_means_spreads_counts_and_what_can_be_compared(
    ours, cell, printed, verdict
):
    incomparable, status = cell.pop("incomparable", ""), cell.pop("status", "ok")
    result = OurResult(status=status, text="", **dict(zip(("mean", "std", "n"), ours, strict=True)))
    theirs = PublishedResult(**PRINTED | printed)
    filled = TableCell(**{"body": "swin_base", **cell}, ours=result, theirs=theirs)
    assert judge(filled, incomparable).verdict == verdict


def test_a_verdict_says_what_keeps_a_cell_from_being_compared():
    ours = OurResult(status="ok", text="", mean=10.0, std=0.1, n=5)
    cell = TableCell(body="minilm", task="ecg", ours=ours, theirs=PublishedResult(**PRINTED))
    assert judge(cell).differs == "other body"
    assert judge(cell.model_copy(update={"unlike": "metric"})).differs == "other metric"


@pytest.mark.parametrize(
    ("task", "unlike"),
    [
        ("cifar100", ""), ("darcy_flow", ""), ("pde_burgers", ""),  # another loss, or constants
        ("ecg", "metric"), ("cosmic", "metric"), ("psicov", "metric"), ("deepsea", "metric"),
        ("pde_navier_stokes_1d", "unit"), ("pde_diffusion_reaction_2d", "data"),
        ("openml_61", "split"), ("ecg_official", ""),
    ],
)  # fmt: skip
def test_what_is_not_the_published_one_follows_from_the_official_variant(task, unlike):
    assert unlike_published(task, "orca") == unlike


def test_a_peers_scores_are_unlike_those_of_its_paper_where_rows_are_left_out_and_nowhere_else():
    assert unlike_published("openml_54", "xgboost") == ""
    assert unlike_published("openml_54_split2", "xgboost") == ""
    assert unlike_published("openml_29_carried", "xgboost") == "data"
    assert unlike_published("openml_29_carried_split2", "orca") == "data"


@pytest.mark.parametrize(
    ("task", "method", "differs"),
    [
        ("pde_advection", "fno", "other metric"),
        ("pde_shallow_water_official", "unet", "other metric"),
        ("pde_darcy_flow", "fno", ""),  # has no time
        ("pde_advection", "training_mean", ""),
    ],
)
def test_networks_that_march_in_time_were_published_by_another_metric(task, method, differs):
    ours = OurResult(status="ok", text="", mean=10.0, std=0.1, n=5)
    theirs = PublishedResult(**PRINTED | {"body": ""})
    cell = TableCell(task=task, method=method, ours=ours, theirs=theirs)
    assert judge(cell).differs == differs


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

    shifted = [
        ttest_ind(ours, [v + s for v in theirs], equal_var=False, alternative=side).pvalue
        for s, side in ((-margin, "greater"), (margin, "less"))
    ]
    expected = ttest_ind(ours, theirs, equal_var=False).pvalue, max(shifted)
    found = compare_means(summary(ours), summary(theirs), margin)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)
