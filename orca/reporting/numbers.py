"""Writes numbers with the digits that their spread supports."""

import math

PLAIN = (1e-3, 1e5)  # magnitudes written without an exponent


def decimals_for(spread: float, *, digits: int = 2) -> int:
    """Return how many decimals show `digits` significant digits of `spread`; may be negative."""
    exponent = math.floor(math.log10(abs(float(f"{spread:.{digits - 1}e}"))))
    return digits - 1 - exponent


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals):.{max(decimals, 0)}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def alone(value: float, *, digits: int = 4) -> str:
    """Return a number that has no spread, to `digits` significant digits."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if PLAIN[0] <= abs(value) < PLAIN[1]:
        return _fixed(value, max(decimals_for(value, digits=digits), 0))
    return f"{value:.{digits - 1}e}".replace("e-0", "e-").replace("e+0", "e")


def with_spread(mean: float, spread: float) -> str:
    """Return `mean ± spread`: the spread to two digits, the mean to the same place.

    Numbers below 0.001 or from 100,000 share one power of ten. A spread of exactly 0 is
    written so, after the mean alone.
    """
    if spread == 0:
        return f"{alone(mean)} ± 0"
    size = max(abs(mean), spread)
    if PLAIN[0] <= size < PLAIN[1] and decimals_for(spread) <= 6:
        decimals = min(decimals_for(spread), 6)
        return f"{_fixed(mean, decimals)} ± {_fixed(spread, decimals)}"
    exponent = math.floor(math.log10(size))
    scale = 10.0**exponent
    decimals = min(max(decimals_for(spread / scale), 0), 6)
    return f"({_fixed(mean / scale, decimals)} ± {_fixed(spread / scale, decimals)})e{exponent}"


def written(mean: float, spread: float | None) -> str:
    """Return a mean with its spread, or alone where there is none."""
    return alone(mean) if spread is None else with_spread(mean, spread)


def unit_of_last_digit(printed: str) -> float:
    """Return what one step of the last printed digit is worth: 0.001 for 0.884, 1e-5 for 7.28E-3."""
    mantissa, _, exponent = printed.upper().lstrip("+-").partition("E")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - decimals))
