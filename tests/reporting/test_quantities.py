import pytest

from orca.evaluation.score import Score
from orca.reporting.quantities import (
    ALIGNING,
    FINETUNING,
    Complement,
    Percentage,
    RecordValue,
    TimePerEpoch,
    WallTime,
    metric_value,
)


@pytest.fixture
def score(make):
    content = make.score(
        "iris", "orca", 0, 6.0,
        metric="zero_one_error_pct",
        metrics={"auroc_ovo": 0.97, "zero_one_error_pct_at_512": 7.5},
        seconds={"align": 360.0, "train": 3000.0, "validate": 600.0, "evaluate": 9.0},
        record={"alignment": {"held_out_distance": 12.5}},
    )  # fmt: skip
    return Score.model_validate(content)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        (metric_value("zero_one_error_pct"), 6.0),
        (metric_value("auroc_ovo"), 0.97),
        (metric_value("mae8"), None),
        (metric_value("zero_one_error_pct", ending="at_512"), 7.5),
        (metric_value("auroc_ovo", ending="at_512"), None),
        (Complement("accuracy_pct", "accuracy", "zero_one_error_pct"), 94.0),
        (Complement("accuracy_pct", "accuracy", "mae8"), None),
        (WallTime("h", "h", ALIGNING), 0.1),
        (WallTime("h", "h", (*ALIGNING, *FINETUNING)), 1.1),
        (WallTime("min", "min", FINETUNING, unit_seconds=60.0), 60.0),
        (WallTime("h", "h", ("nothing",)), None),
        (Percentage("pct", "%", ALIGNING, FINETUNING), 10.0),
        (Percentage("pct", "%", ("nothing",), FINETUNING), None),
        (RecordValue("d", "d", "alignment.held_out_distance"), 12.5),
        (RecordValue("d", "d", "alignment.missing.deeper"), None),
        (TimePerEpoch("s", "s", FINETUNING, "settings.finetune.epochs"), 300.0),
        (TimePerEpoch("s", "s", FINETUNING, "settings.nothing"), None),
    ],
)
def test_a_quantity_is_read_off_the_score_or_is_not_there(score, quantity, value):
    found = quantity.of(score)
    assert found is None if value is None else found == pytest.approx(value)


def test_a_metric_of_a_paper_alone_has_words_and_a_best_value():
    unknown = metric_value("top5_accuracy_pct", "higher")
    assert (unknown.title, unknown.direction, unknown.perfect) == (
        "top5 accuracy pct",
        "higher",
        100.0,
    )
