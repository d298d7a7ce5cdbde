import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orca.reporting.numbers import alone, unit_of_last_digit, with_spread


@pytest.mark.parametrize(
    ("mean", "spread", "text"),
    [
        (4.2312, 0.3091, "4.23 ± 0.31"),
        (0.05634, 0.00123, "0.0563 ± 0.0012"),
        (95.04, 1.0, "95.0 ± 1.0"),
        (19.39, 12.3, "19 ± 12"),
        (0.00728, 0.0000712, "0.007280 ± 0.000071"),
        (0.0000728, 0.00000712, "(7.28 ± 0.71)e-5"),
        (1.25, 0.0, "1.250 ± 0"),
        (1.0, 0.0999, "1.00 ± 0.10"),
        (-0.001, 0.2, "0.00 ± 0.20"),
    ],
)
def test_the_spread_sets_the_digits(mean, spread, text):
    assert with_spread(mean, spread) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234.5678, "1235"),
        (0.056781, "0.05678"),
        (7.28e-5, "7.280e-5"),
        (12.0, "12.00"),
    ],
)
def test_a_number_alone_has_four_digits(value, text):
    assert alone(value) == text


@given(
    st.floats(1e-9, 1e9).flatmap(lambda mean: st.tuples(st.just(mean), st.floats(1e-6, 0.9))),
)
def test_the_text_is_within_the_last_digit_of_the_number(numbers):
    mean, relative = numbers
    text = with_spread(mean, mean * relative)
    body, _, exponent = text.strip("(").partition(")e")
    shown = float(body.split(" ± ")[0]) * 10.0 ** int(exponent or 0)
    assert math.isclose(shown, mean, abs_tol=0.051 * mean * relative + 1e-6 * mean)


@pytest.mark.parametrize(
    ("printed", "unit"), [("0.884", 1e-3), ("7.28E-3", 1e-5), ("19", 1.0), ("-6.97E-3", 1e-5)]
)
def test_the_last_printed_digit_has_its_unit(printed, unit):
    assert unit_of_last_digit(printed) == pytest.approx(unit)
