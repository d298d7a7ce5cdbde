"""The cells of a table: which are gaps, which are numbers, and why a text is none."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from orca.errors import DataError

if TYPE_CHECKING:
    import pandas

NO_NUMBER_READS = {"", "?", "-", ".", "NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NAN"}
GAPS = frozenset(NO_NUMBER_READS | {"null", "NULL", "None", "none"})
"""Texts that mean a missing value in the columns of the inputs."""

COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+([eE][+-]?\d+)?")
UNIT = re.compile(r"([+-]?[\d.,]*\d)\s*([^\d\s.,+-]\S*)")
DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,2}([./])\d{1,2}\2\d{2,4}( .*)?")
Place = Callable[[int | None], str]
EPOCH = "1970-01-01"
DAYS_FIRST, MONTHS_FIRST, YEAR_FIRST = "%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "ISO8601"


def is_text(cells: "pandas.Series") -> bool:
    """Return whether cells are texts, categories among them."""
    import pandas as pd

    return not (is_numbers(cells) or pd.api.types.is_datetime64_any_dtype(cells))


def is_numbers(cells: "pandas.Series") -> bool:
    """Return whether cells are numbers by type, as those of a parquet file may be."""
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(cells))


def stripped(cells: "pandas.Series") -> "pandas.Series":
    """Return texts without spaces at their ends; gaps are missing."""
    texts = cells.astype("str").str.strip()
    return texts.mask(texts.isin(GAPS))


def numbers_in(texts: "pandas.Series", decimal: str) -> Float[np.ndarray, " n"]:
    """Return the numbers that stripped texts are, with this decimal sign; NaN where one is none."""
    import pandas as pd

    if decimal == ",":
        german = texts.str.fullmatch(rf"{COMMA.pattern}|[+-]?\d{{1,3}}(\.\d{{3}})+|[+-]?\d+")
        plain = texts.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        texts = plain.where(german == 1)
    return pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)


def number_text(value: float | int) -> str:
    """Return the text by which a number is compared with names: 1 for 1.0."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def canonical(text: str) -> str:
    """Return the text by which a name and a value are compared if they are not equal as they are."""
    lower = text.strip().lower()
    if lower in ("true", "false"):
        return lower
    try:
        return number_text(float(text))
    except (ValueError, OverflowError):
        return text.strip()


def place_among(names: Sequence[str]) -> Callable[[str], int | None]:
    """Return what gives a text's place among names; None for a text that is none of them."""
    known = {name: place for place, name in enumerate(names)}
    like = {canonical(name): place for name, place in known.items()}
    return lambda text: known.get(text, like.get(canonical(text)))


def as_texts(cells: "pandas.Series") -> "pandas.Series":
    """Return cells as names of categories; numbers each in one way, gaps missing."""
    if not is_text(cells):
        return cells.map(number_text, na_action="ignore").astype("str")
    texts = stripped(cells)
    numbers = numbers_in(texts, ".")
    if np.isnan(numbers[texts.notna().to_numpy()]).any():
        return texts
    return texts.map(lambda text: number_text(float(text)), na_action="ignore")


def odd_number(texts: "pandas.Series", decimal: str) -> tuple[str, str] | None:
    """Return what is wrong with texts, none a gap, that write numbers otherwise, and the mend."""
    first = texts.iloc[0]
    commas = texts[texts.str.contains(",")]
    written = texts.str.fullmatch(rf"{COMMA.pattern}|[+-]?\d+").all()
    if decimal == "." and len(commas) and written:
        return (
            f"'{commas.iloc[0]}' is a number with a decimal comma",
            'set `decimal: ","` in the entry; or, if commas part thousands, take them out of the file',
        )
    unit, *others = {found and found[2] for found in map(UNIT.fullmatch, texts)}
    if unit and not others:
        return (
            f"'{first}' is a number with a unit",
            f"take '{unit}' out of the column's cells, or name the column in `drop`, or in"
            " `categorical` if its values are categories",
        )
    return None


def are_dates(texts: "pandas.Series") -> bool:
    """Return whether all of some texts, of which none is a gap, are dates."""
    return bool(texts.str.fullmatch(DATE.pattern).all())


def days_in(cells: "pandas.Series", origin: str, place: Place) -> Float[np.ndarray, " n"]:
    """Return dates, or texts of dates, as days since another; NaN for a gap."""
    import pandas as pd

    dates = cells
    if is_text(cells):
        texts = stripped(cells)
        form = _form_of(texts.dropna(), place)
        short = texts.str.replace(r"[ T].*", "", regex=True) if form != YEAR_FIRST else texts
        dates = pd.to_datetime(short, format=form, errors="coerce", utc=True)
        bad = texts[texts.notna() & dates.isna()]
        if len(bad):
            raise _no_date(bad, place)
    since = pd.to_datetime(dates, utc=True) - pd.Timestamp(origin, tz="UTC")
    return (since / pd.Timedelta(days=1)).to_numpy(np.float64)


def _no_date(bad: "pandas.Series", place: Place) -> DataError:
    return DataError(
        where=place(int(bad.index[0])),
        what=f"'{bad.iloc[0]}' is no date",
        mend="write dates as 2021-04-03, or leave the column out with `drop`",
    )


def first_date(days: Float[np.ndarray, " n"]) -> str:
    """Return the earliest of some days since `EPOCH`, as 2021-04-03."""
    return str(np.datetime64(EPOCH) + int(np.floor(np.nanmin(days))))


def _form_of(texts: "pandas.Series", place: Place) -> str:
    """Return how dates are written; a fault if days and months cannot be distinguished."""
    if texts.str.match(r"\d{4}-").all():
        return YEAR_FIRST
    parts = texts.str.extract(r"^(\d{1,2})([./])(\d{1,2})[./]\d{4}")
    if parts.isna().any(axis=None):
        raise _no_date(texts[parts.isna().any(axis=1)], place)
    sign = parts[1].iloc[0]
    first, second = parts[0].astype(int).max(), parts[2].astype(int).max()
    if sign == "/" and first <= 12 and second <= 12:
        raise DataError(
            where=place(int(texts.index[0])),
            what=f"the day and the month of '{texts.iloc[0]}' cannot be distinguished",
            mend="write dates as 2021-04-03",
        )
    return (MONTHS_FIRST if sign == "/" and second > 12 else DAYS_FIRST).format(sign)
