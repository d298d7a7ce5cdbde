import pytest

from orca.evaluation.score import Score
from orca.reporting.quantities import (
    ALIGNING,
    FINETUNING,
    STAGES,
    accuracy,
    metric_value,
    ratio,
    recorded,
    spent,
    time,
)

EPOCHS = recorded("settings.finetune.epochs")


@pytest.mark.parametrize(
    ("reading", "value"),
    [
        (metric_value("zero_one_error_pct").of, 6.0),
        (metric_value("auroc_ovo").of, 0.97),
        (metric_value("mae8").of, None),
        (metric_value("zero_one_error_pct", ending="at_512").of, 7.5),
        (metric_value("auroc_ovo", ending="at_512").of, None),
        (accuracy, 94.0),
        (time("h", "h", *ALIGNING).of, 0.1),
        (time("h", "h", *STAGES).of, 1.1),
        (time("min", "min", *FINETUNING, unit=60.0).of, 60.0),
        (time("h", "h", "nothing").of, None),
        (ratio(spent(*ALIGNING), spent(*FINETUNING), factor=100.0), 10.0),
        (ratio(spent("nothing"), spent(*FINETUNING)), None),
        (recorded("alignment.held_out_distance"), 12.5),
        (recorded("alignment.missing.deeper"), None),
        (recorded("alignment.missing", "alignment.held_out_distance"), 12.5),
        (time("s", "s", *FINETUNING, unit=EPOCHS).of, 300.0),
        (time("s", "s", *FINETUNING, unit=recorded("settings.nothing")).of, None),
    ],
)
def test_a_quantity_is_read_off_the_score_or_is_not_there(make, reading, value):
    content = make.score(
        "iris", "orca", 0, 6.0,
        metric="zero_one_error_pct",
        metrics={"auroc_ovo": 0.97, "zero_one_error_pct_at_512": 7.5},
        seconds={"align": 360.0, "train": 3000.0, "validate": 600.0, "evaluate": 9.0},
        record={"alignment": {"held_out_distance": 12.5}},
    )  # fmt: skip
    found = reading(Score.model_validate(content))
    assert found is None if value is None else found == pytest.approx(value)


def test_accuracy_needs_the_error(make):
    content = make.score("iris", "orca", 0, 6.0, metric="mae8")
    assert accuracy(Score.model_validate(content)) is None
