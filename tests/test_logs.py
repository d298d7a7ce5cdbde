import logging

from orca.logs import Clock, peak_memory_mb, progress


def test_progress_in_a_file_tells_how_many_and_how_long(caplog):
    caplog.set_level(logging.INFO)
    assert list(progress(range(3), what="epoch", total=5, done=2, every_s=0.0)) == [0, 1, 2]
    assert "epoch 5/5" in caplog.text
    assert "s left" in caplog.text


def test_a_clock_adds_up_the_parts_of_one_name():
    clock = Clock()
    for _ in range(2):
        with clock.part("a"):
            pass
    assert list(clock.seconds) == ["a"]
    assert clock.seconds["a"] >= 0


def test_memory_is_counted_in_megabytes():
    assert 10 < peak_memory_mb() < 100_000
