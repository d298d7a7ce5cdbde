"""Whether single precision, in which numbers go to a model, holds what they say."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Num

from orca.errors import DataError

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).tiny)  # that has all digits


def check_range(
    values: Num[np.ndarray, " n"], place: Callable[[int], str], whose: str, otherwise: str = ""
) -> None:
    """Check that no number is too large for single precision, where it would be infinite.

    Args:
        values: the numbers; those that are not finite do not count.
        place: from a number's place to where it stands, for messages.
        whose: numbers they are.
        otherwise: what may be done instead of the usual mend.

    Raises:
        DataError: for the first number that is.
    """
    with np.errstate(over="ignore"):
        infinite = np.isinf(values.astype(np.float32)) & np.isfinite(values)
    if infinite.any():
        first = int(np.argmax(infinite))
        raise DataError(
            where=place(first),
            what=f"{values[first]:g} is too large for single precision, which ends at {LARGEST:.2g}",
            mend=f"mend the number, or give the {whose} in a larger unit{otherwise}",
        )


def check_single_precision(
    values: Float[np.ndarray, " n"], place: Callable[[int], str], whose: str, otherwise: str = ""
) -> None:
    """Check that single precision changes no number by what matters.

    What matters is a thousandth of how much the finite numbers differ from each other.

    Args:
        values: the numbers; those that are not finite do not count.
        place: from a number's place to where it stands, for messages.
        whose: numbers they are.
        otherwise: what may be done instead of the usual mend.

    Raises:
        DataError: for a number that is too large, else for the one that would be changed most.
    """
    check_range(values, place, whose, otherwise)
    finite = np.isfinite(values)
    largest = np.abs(values[finite]).max(initial=0.0)
    if not largest:
        return
    change = np.where(finite, np.abs(values - values.astype(np.float32)), 0.0) / largest
    spread = (values[finite] / largest).std()  # of tiny numbers themselves, the squares are zero
    worst = int(np.argmax(change))
    if change[worst] <= 1e-3 * spread or not spread:
        return
    what = f"has more digits than single precision keeps, and the {whose} differ in those"
    mend = f"subtract what the {whose} have in common"
    if abs(values[worst]) < SMALLEST:
        what = f"is closer to zero than single precision goes, {SMALLEST:.2g}"
        mend = f"give the {whose} in a smaller unit"
    number = float(values[worst])
    raise DataError(
        where=place(worst),
        what=f"{int(number) if number.is_integer() else number} {what}",
        mend=f"{mend}{otherwise}",
    )
