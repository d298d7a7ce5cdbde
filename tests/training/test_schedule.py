import pytest
from hypothesis import given
from hypothesis import strategies as st

from orca.training.schedule import StepDecay, WarmupThenLinear, make_schedule
from orca.training.settings import FinetuneSettings


@given(st.integers(0, 50), st.integers(1, 200), st.integers(0, 500))
def test_warmup_then_linear_stays_between_nothing_and_all(warmup, rest, step):
    factor = WarmupThenLinear(warmup=warmup, total=warmup + rest).factor(step)
    assert 0 <= factor <= 1


def test_warmup_then_linear_starts_at_nothing_peaks_after_warmup_and_ends_at_nothing():
    schedule = WarmupThenLinear(warmup=5, total=20)
    assert [schedule.factor(step) for step in (0, 5, 20, 21)] == [0, 1, 0, 0]
    assert schedule.factor(12) == pytest.approx(8 / 15)


def test_steps_decay_by_a_fifth_after_epochs_20_40_and_60():
    # As run in the official code: 1 for epochs 0-20, 0.2 for 21-40, 0.04 for 41-60, then 0.008.
    schedule = StepDecay(milestones=(20, 40, 60), decay=0.2)
    for epochs, factor in (((0, 20), 1), ((21, 40), 0.2), ((41, 60), 0.04), ((61, 99), 0.008)):
        assert all(schedule.factor(epoch) == pytest.approx(factor) for epoch in epochs)


def test_every_schedule_that_settings_can_name_can_be_made():
    ends = {"warmup_linear": 0.0, "step": pytest.approx(0.008), "constant": 1.0}
    for name, end in ends.items():
        schedule = make_schedule(FinetuneSettings(schedule=name), batches_per_epoch=3)
        assert schedule.factor(1000) == end


def test_the_steps_of_finetuning_fall_by_its_own_milestones_and_decay():
    settings = FinetuneSettings(schedule="step", milestones=(1, 2), decay=0.5)
    schedule = make_schedule(settings, batches_per_epoch=4)
    by_epoch = [schedule.factor(step) for step in range(0, 20, 4)]
    assert by_epoch == [1.0, 1.0, 0.5, 0.25, 0.25]
    assert schedule.factor(7) == 1.0
