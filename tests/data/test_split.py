import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orca.data.split import draw, shares

counts = st.lists(st.integers(1, 60), min_size=1, max_size=9)


@given(counts, st.data())
def test_shares_add_up_and_leave_something_of_each_class_where_possible(counts, data):
    total = data.draw(st.integers(0, max(0, sum(counts) - len(counts))))
    taken = shares(counts, total)
    assert sum(taken) == total
    assert all(0 <= share < count or share == 0 for share, count in zip(taken, counts, strict=True))


@given(counts, st.data())
def test_shares_are_within_one_of_proportional_when_every_class_is_large(counts, data):
    counts = [20 + count for count in counts]
    total = data.draw(st.integers(0, sum(counts) // 2))
    for share, count in zip(shares(counts, total), counts, strict=True):
        assert abs(share - count * total / sum(counts)) < 1


def test_groups_are_never_divided():
    groups = np.random.default_rng(0).integers(0, 12, 100)
    drawn = draw(100, 20, np.random.default_rng(0), groups)
    assert len(drawn) >= 20
    left = np.setdiff1d(np.arange(100), drawn)
    assert not set(groups[drawn]) & set(groups[left])
