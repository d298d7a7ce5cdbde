"""The estimators by scikit-learn's own checks, and what these do not look at."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import orca
from orca.errors import DataError
from tests import annotations
from tests.models.library_models import loaded

FAST = {
    "align_epochs": 1, "epochs": 3, "steps_per_epoch": 16, "learning_rate": 2e-2, "random_state": 0,
}  # fmt: skip


def source():
    labels = np.repeat(np.arange(3), 20)
    return np.random.default_rng(0).normal(size=(60, 16)) + labels[:, None], labels


def small(kind, **changes):
    return kind(loaded("minilm"), source=source(), **{**FAST, **changes})


CLASSIFIER, REGRESSOR = small(orca.CrossModalClassifier), small(orca.CrossModalRegressor)


def cannot_hold(estimator):
    named = {
        "check_estimators_overwrite_params": "the hash of a body in memory is that of its addresses;"
        " a body by its name passes"
    }
    if isinstance(estimator, orca.CrossModalRegressor):
        named["check_methods_subset_invariance"] = "a product of float32 rounds by its batch's size"
    return named


@pytest.mark.slow
@parametrize_with_checks([CLASSIFIER, REGRESSOR], expected_failed_checks=cannot_hold)
def test_the_estimators_keep_scikit_learns_contract(estimator, check):
    # Constructors of scikit-learn take anything; `fit` looks at it.
    annotations.release("orca.estimators", "_CrossModal.__init__")
    check(estimator)


def mixed_table(count=90):
    generator = np.random.default_rng(0)
    colours = generator.choice(["red", "green", "blue"], count)
    frame = pd.DataFrame({"colour": colours, "weight": generator.normal(size=count)})
    frame.loc[3, "weight"] = np.nan
    return frame, np.where(colours == "red", "yes", "no")


def test_a_frame_with_texts_and_gaps_is_learnt_and_a_new_category_has_a_place():
    frame, labels = mixed_table()
    fitted = clone(CLASSIFIER).fit(frame, labels)
    assert fitted.score(frame, labels) > 0.9
    assert fitted.predict_proba(frame.iloc[::-1])[0] == pytest.approx(
        fitted.predict_proba(frame)[-1], abs=1e-6
    )
    assert set(fitted.predict(frame.replace("blue", "purple"))) <= {"yes", "no"}
    with pytest.raises(ValueError, match="fitted on a frame"):
        fitted.predict(frame.to_numpy())
    with pytest.raises(DataError, match="'heavy' is no number"):
        fitted.predict(frame.assign(weight=["heavy", *["1"] * (len(frame) - 1)]))


def test_a_column_of_targets_is_taken_as_one_target_a_row():
    frame, _ = mixed_table()
    target = frame["weight"].fillna(0.0) * 10
    with pytest.warns(DataConversionWarning):
        column = clone(REGRESSOR).fit(frame, target.to_frame())
    row = clone(REGRESSOR).fit(frame, target)
    np.testing.assert_array_equal(column.predict(frame), row.predict(frame))


def test_series_and_grids_are_taken_with_their_channels():
    labels = np.arange(60) % 2
    series = np.random.default_rng(0).normal(size=(60, 2, 24)) + labels[:, None, None]
    fitted = clone(CLASSIFIER).fit(series, labels)
    assert fitted.score(series, labels) > 0.9
    assert fitted.model_.embedder.patches.channels == 2
    with pytest.raises(ValueError, match=r"samples of shape \(2, 12\), fitted on \(2, 24\)"):
        fitted.predict(series[:, :, ::2])


def test_they_work_in_pipelines_searches_and_cross_validation():
    inputs, labels = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2
    inputs += labels[:, None]
    pipeline = make_pipeline(StandardScaler(), clone(CLASSIFIER))
    assert cross_val_score(pipeline, inputs, labels, cv=2).mean() > 0.7
    search = GridSearchCV(clone(CLASSIFIER), {"learning_rate": [1e-2, 1e-7]}, cv=2)
    assert search.fit(inputs, labels).best_params_ == {"learning_rate": 1e-2}


def test_alignment_is_what_it_says_and_can_be_left_out():
    inputs = np.random.default_rng(0).normal(size=(40, 3))
    target = inputs[:, 0] * 100 + 500
    aligned = clone(REGRESSOR).set_params(align_epochs=10).fit(inputs, target)
    values = [row["value"] for row in aligned.align_history_.rows if row["value"] is not None]
    assert values[-1] < values[0]
    assert not hasattr(
        clone(REGRESSOR).set_params(align=False).fit(inputs, target), "align_history_"
    )
    assert abs(aligned.predict(inputs).mean() - 500) < 50  # in the target's own units


def test_a_share_for_validation_is_checked_before_anything_is_trained():
    with pytest.raises(ValueError, match="validation_fraction"):
        clone(CLASSIFIER).set_params(validation_fraction=1.5).fit(np.eye(4), [0, 1, 0, 1])


def test_a_body_of_ones_own_without_a_source_says_what_is_missing():
    with pytest.raises(ValueError, match="give `source`, or set `align=False`"):
        clone(CLASSIFIER).set_params(source=None).fit(np.eye(4), [0, 1, 0, 1])


def test_numbers_too_large_for_single_precision_are_named():
    inputs, large = np.random.default_rng(0).normal(size=(40, 3)), np.ones(40)
    large[7] = 1e200
    with pytest.raises(DataError, match=r"y, sample 7: 1e\+200 is too large"):
        clone(REGRESSOR).fit(inputs, large)
    with pytest.raises(DataError, match=r"X, sample 7: \S+e\+\d+ is too large"):
        clone(CLASSIFIER).fit(inputs * large[:, None], np.arange(40) % 2)


def test_new_rows_may_lie_closer_to_each_other_than_those_that_were_learnt():
    frame, labels = mixed_table()
    frame["time"] = 1.7e9 + np.random.default_rng(0).uniform(0, 3e7, len(frame))
    new = frame.iloc[:2].assign(time=[1.7e9 + 10, 1.7e9 + 40.5])
    assert len(clone(CLASSIFIER).fit(frame, labels).predict(new)) == 2
