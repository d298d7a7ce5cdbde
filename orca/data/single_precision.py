"""Whether single precision holds what numbers say that go to a model; else it is a `DataError`."""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import Float, Num

from orca.errors import DataError

LARGEST = 1e38  # less than half of what ends single precision: a mean can be subtracted
ROUNDING = 2 * float(np.finfo(np.float64).eps)


def smallest_deviation(mean: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Return the deviation up to which numbers of this mean are the same in single precision."""
    return 1e-7 * np.maximum(1e-30, np.abs(mean))


def finite_numbers(
    values: Num[np.ndarray, "n *given"], place: Callable[[int], str], whose: str
) -> Float[np.ndarray, "n *given"]:
    """Return the numbers of samples in double precision, finite and within `check_range`."""
    wide = values.astype(np.float64)
    finite = np.isfinite(wide)
    if not finite.all():
        sample, *at = np.argwhere(~finite)[0].tolist()
        raise DataError(
            where=place(sample),
            what=f"the value {f'at {at} ' if at else ''}is {wide[sample][tuple(at)]}",
            mend="mend the value, or leave the sample out of the file",
        )
    size = max(1, wide[:1].size)
    check_range(wide.ravel(), lambda number: place(number // size), whose)
    return wide


def check_range(
    values: Num[np.ndarray, " n"], place: Callable[[int], str], whose: str, otherwise: str = ""
) -> None:
    """Check that no finite number is too large to be normalised in single precision.

    Messages say by `place` where a number stands, `whose` it is, and what else may be done.
    """
    too_large = (np.abs(values) > np.float64(LARGEST)) & np.isfinite(values)
    if too_large.any():
        first = int(np.argmax(too_large))
        raise DataError(
            where=place(first),
            what=f"{values[first]:g} is too large for single precision, which goes up to"
            f" {LARGEST:g} before normalising",
            mend=f"mend the number, or give the {whose} in a larger unit{otherwise}",
        )


def check_digits(
    blocks: Iterable[Float[np.ndarray, "n columns"]],
    place: Callable[[int, int], str],
    whose: str,
    otherwise: str = "",
) -> None:
    """Check that single precision changes no number that is learnt from noticeably.

    Noticeable is a thousandth of the deviation of its column. A column that is constant up to the
    rounding of double precision passes. The numbers are finite and passed `check_range`; messages
    are as there, `place` being told a number's row, counted over the blocks, and its column.
    """
    count = 0
    for block in blocks:
        if not count:
            first = least = most = number = block[0]
            sums = squares = change = np.zeros_like(first)
            row = np.zeros(first.shape, int)
        away = block - first
        sums, squares = sums + away.sum(axis=0), squares + (away**2).sum(axis=0)
        least, most = np.minimum(least, block.min(axis=0)), np.maximum(most, block.max(axis=0))
        changes = np.abs(block - block.astype(np.float32))
        worst, here = changes.argmax(axis=0), changes.max(axis=0)
        row = np.where(here > change, count + worst, row)
        number = np.where(here > change, block[worst, np.arange(len(first))], number)
        change, count = np.maximum(change, here), count + len(block)
    if not count:
        return
    size = np.maximum(np.abs(least), np.abs(most))
    deviation = np.sqrt(np.maximum(squares / count - (sums / count) ** 2, 0.0))
    lost = (change > 1e-3 * deviation) | (deviation <= smallest_deviation(first + sums / count))
    lost &= most - least > ROUNDING * size
    if not lost.any():
        return
    column = int(np.argmax(lost))
    what = f"has more digits than single precision keeps, and the {whose} differ in those"
    mend = f"subtract what the {whose} have in common"
    if size[column] <= 1e-30:
        what = "is closer to zero than single precision tells apart"
        mend = f"give the {whose} in a smaller unit"
    shown = float(number[column])
    raise DataError(
        where=place(int(row[column]), column),
        what=f"{int(shown) if shown.is_integer() else shown} {what}",
        mend=f"{mend}{otherwise}",
    )
