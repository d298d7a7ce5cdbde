import pytest

from orca.evaluation.score import Score
from orca.reporting.quantities import (
    ALIGNING,
    FINETUNING,
    Complement,
    Percentage,
    Recorded,
    Reported,
    TimePerEpoch,
    WallTime,
)


@pytest.fixture
def score(make):
    content = make.score("iris", "orca", 0, 6.0, metric="zero_one_error_pct")
    content["metrics"] = {"auroc_ovo": 0.97, "zero_one_error_pct_at_512": 7.5}
    content["seconds"] = {"align": 360.0, "train": 3000.0, "validate": 600.0, "evaluate": 9.0}
    content["record"] = {"alignment": {"held_out_distance": 12.5}, "settings": {"epochs": 60}}
    return Score.model_validate(content)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        (Reported("zero_one_error_pct"), 6.0),
        (Reported("auroc_ovo"), 0.97),
        (Reported("mae8"), None),
        (Reported("zero_one_error_pct", ending="at_512"), 7.5),
        (Reported("auroc_ovo", ending="at_512"), None),
        (Complement("accuracy_pct", "accuracy", "zero_one_error_pct"), 94.0),
        (Complement("accuracy_pct", "accuracy", "mae8"), None),
        (WallTime("h", "h", ALIGNING), 0.1),
        (WallTime("h", "h", (*ALIGNING, *FINETUNING)), 1.1),
        (WallTime("min", "min", FINETUNING, unit_seconds=60.0), 60.0),
        (WallTime("h", "h", ("nothing",)), None),
        (Percentage("pct", "%", ALIGNING, FINETUNING), 10.0),
        (Percentage("pct", "%", ("nothing",), FINETUNING), None),
        (Recorded("d", "d", "alignment.held_out_distance"), 12.5),
        (Recorded("d", "d", "alignment.missing.deeper"), None),
        (TimePerEpoch("s", "s", FINETUNING, "settings.epochs"), 60.0),
        (TimePerEpoch("s", "s", FINETUNING, "settings.nothing"), None),
    ],
)
def test_a_quantity_is_read_off_the_score_or_is_not_there(score, quantity, value):
    found = quantity.of(score)
    assert found is None if value is None else found == pytest.approx(value)


def test_a_metric_of_a_paper_alone_has_words_and_a_best_value():
    unknown = Reported("top5_accuracy_pct", "higher")
    assert (unknown.title, unknown.direction, unknown.perfect) == (
        "top5 accuracy pct",
        "higher",
        100.0,
    )
