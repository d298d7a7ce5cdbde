import pytest

from orca.reporting.ranks import rank_test


def test_the_critical_difference_is_that_of_demsars_example():
    # Demšar 2006, section 3.2.3: four classifiers on 14 data sets, q = 2.569, CD = 1.25.
    errors = {name: [float(k)] * 14 for k, name in enumerate("abcd")}
    found = rank_test(errors)
    assert found.critical == pytest.approx(2.569 * (4 * 5 / (6 * 14)) ** 0.5, abs=1e-3)
    assert found.ranks == (1, 2, 3, 4)
    assert found.p_equal < 1e-6


def test_a_bar_joins_neighbours_within_the_critical_difference_and_no_bar_lies_in_another():
    errors = {name: [float(k)] * 14 for k, name in enumerate("abcd")}
    assert rank_test(errors).groups == [(0, 1), (1, 2), (2, 3)]
    alike = {name: [1.0] * 14 for name in "abc"}
    found = rank_test(alike)
    assert found.groups == [(0, 2)]
    assert found.p_equal == 1.0


def test_a_failure_ranks_last_and_few_tasks_or_methods_give_no_test():
    errors = {"a": [1.0] * 6, "b": [2.0] * 6, "c": [float("inf")] * 6}
    assert rank_test(errors).methods == ("a", "b", "c")
    assert rank_test({"a": [1.0] * 6, "b": [2.0] * 6}) is None
    assert rank_test({name: [1.0] * 4 for name in "abc"}) is None
    assert rank_test({}) is None
