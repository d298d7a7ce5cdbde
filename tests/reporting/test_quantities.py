import pytest

from orca.evaluation.score import Score
from orca.reporting.quantities import (
    ALIGNING,
    FINETUNING,
    STAGES,
    accuracy_pct,
    metric_value,
    percentage,
    record_value,
    time_per_epoch,
    wall_time,
)

EPOCHS = "settings.finetune.epochs"
NOTHING = ("nothing",)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        (metric_value("zero_one_error_pct"), 6.0),
        (metric_value("auroc_ovo"), 0.97),
        (metric_value("mae8"), None),
        (metric_value("zero_one_error_pct", ending="at_512"), 7.5),
        (metric_value("auroc_ovo", ending="at_512"), None),
        (accuracy_pct(), 94.0),
        (wall_time("h", "h", ALIGNING), 0.1),
        (wall_time("h", "h", STAGES), 1.1),
        (wall_time("min", "min", FINETUNING, unit_seconds=60.0), 60.0),
        (wall_time("h", "h", NOTHING), None),
        (percentage("pct", "%", ALIGNING, FINETUNING), 10.0),
        (percentage("pct", "%", NOTHING, FINETUNING), None),
        (record_value("d", "d", "alignment.held_out_distance"), 12.5),
        (record_value("d", "d", "alignment.missing.deeper"), None),
        (time_per_epoch("s", "s", FINETUNING, EPOCHS), 300.0),
        (time_per_epoch("s", "s", FINETUNING, "settings.nothing"), None),
    ],
)
def test_a_quantity_is_read_off_the_score_or_is_not_there(make, quantity, value):
    content = make.score(
        "iris", "orca", 0, 6.0,
        metric="zero_one_error_pct",
        metrics={"auroc_ovo": 0.97, "zero_one_error_pct_at_512": 7.5},
        seconds={"align": 360.0, "train": 3000.0, "validate": 600.0, "evaluate": 9.0},
        record={"alignment": {"held_out_distance": 12.5}},
    )  # fmt: skip
    found = quantity.of(Score.model_validate(content))
    assert found is None if value is None else found == pytest.approx(value)


def test_accuracy_needs_the_error(make):
    content = make.score("iris", "orca", 0, 6.0, metric="mae8")
    assert accuracy_pct().of(Score.model_validate(content)) is None


def test_a_metric_of_a_paper_alone_has_words_and_a_best_value():
    unknown = metric_value("top5_accuracy_pct", "higher")
    assert (unknown.title, unknown.direction, unknown.perfect) == (
        "top5 accuracy pct", "higher", 100.0,
    )  # fmt: skip
