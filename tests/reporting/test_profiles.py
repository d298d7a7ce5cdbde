import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orca.reporting.competition import competitions
from orca.reporting.profiles import performance_profiles
from orca.reporting.table_records import read_table

ERRORS = st.one_of(st.floats(0, 10), st.just(0.0), st.just(math.inf), st.sampled_from([1.0, 2.0]))


def at(steps, ratio):
    """The fraction of tasks on which the method is within `ratio` of the best."""
    return max((fraction for step, fraction in steps if step <= ratio), default=0.0)


def literal(errors, method, ratio):
    """The definition, task by task, with failure and zero as they are documented."""
    within = 0
    tasks = len(errors[method])
    for task in range(tasks):
        best = min(values[task] for values in errors.values())
        mine = errors[method][task]
        within += mine != math.inf and (mine == best if best == 0 else mine / best <= ratio)
    return within / tasks


@given(
    st.integers(1, 6).flatmap(
        lambda tasks: st.lists(
            st.lists(ERRORS, min_size=tasks, max_size=tasks), min_size=1, max_size=5
        )
    ),
    st.floats(1, 50),
)
def test_profiles_are_the_definition_at_every_ratio(rows, anywhere):
    errors = {f"m{i}": row for i, row in enumerate(rows)}
    for method, profile in performance_profiles(errors).items():
        steps = [step for step, _ in profile]
        places = [1.0, anywhere, *steps, *(s * (1 - 1e-12) for s in steps if s * (1 - 1e-12) >= 1)]
        for ratio in places:
            assert at(profile, ratio) == literal(errors, method, ratio)


@pytest.mark.parametrize("errors", [{"a": [-1.0]}, {"a": [math.nan]}, {"a": [1.0], "b": []}])
def test_errors_that_are_none_are_refused(errors):
    with pytest.raises(ValueError, match="error"):
        performance_profiles(errors)


def test_the_csv_holds_every_step(tabulated):
    table = read_table(tabulated / "tables" / "demo.json")
    (ours,) = competitions(table)
    rows = list(csv.DictReader((tabulated / "figures/demo_profile.csv").open()))
    assert [(r["method"], float(r["tau"]), float(r["fraction"])) for r in rows] == [
        (method, *step)
        for method, steps in performance_profiles(ours.by_title(table)).items()
        for step in steps
    ]
