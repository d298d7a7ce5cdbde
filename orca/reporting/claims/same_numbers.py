"""Claims that two tables print the same number: checks of print, not of methods."""

from collections.abc import Callable

from orca.reporting.claim import Claim, Numbers, Outcome, outcome
from orca.reporting.numbers import unit_of_last_digit
from orca.reporting.published import Number


def _pairs(numbers: Numbers, first: str, second: str) -> list[tuple[Number, Number]]:
    """Return the numbers of one table with those of equal task, metric and method in another."""
    paper = {"paper": "orca_icml2023"}
    others = {(n.task, n.metric, n.method): n for n in numbers.printed.where(**paper, table=second)}
    pairs = [
        (number, others.get((number.task, number.metric, number.method)))
        for number in numbers.printed.where(**paper, table=first)
    ]
    return [(number, other) for number, other in pairs if other is not None]


def _same(first: str, second: str, where: str, known: str = "") -> Claim:
    """Return the claim that two tables print the same, up to rounding."""

    def check(numbers: Numbers) -> Outcome:
        pairs = _pairs(numbers, first, second)
        off = [
            f"{a.method} on {a.task}: {a.value}, {b.value}"
            for a, b in pairs
            if abs(a.number - b.number)
            > max(unit_of_last_digit(a.value), unit_of_last_digit(b.value)) / 2 + 1e-12
        ]
        return outcome(len(pairs) - len(off), len(pairs), off)

    return Claim(
        where=where,
        text="both tables print the same numbers",
        published="the same",
        check=check,
        known=known,
        of_ours=False,
    )


def _equal(places: list[tuple[Number, Number]]) -> Outcome:
    off = [
        f"{a.method} on {a.task}: {a.value}, {b.value}" for a, b in places if a.number != b.number
    ]
    return outcome(len(places) - len(off), len(places), off)


def _aggregates(
    numbers: Numbers, first: str, second: str, task: str, metrics: dict[str, str]
) -> Outcome:
    """Compare the aggregates of two tables, whose metrics may have two names."""
    paper = {"paper": "orca_icml2023", "task": task}
    pairs = []
    for number in numbers.printed.where(**paper, table=first):
        metric = metrics.get(number.metric)
        others = numbers.printed.where(
            **paper, table=second, metric=metric or "-", method=number.method
        )
        pairs += [(number, other) for other in others]
    return _equal(pairs)


def table_13_values(numbers: Numbers) -> Outcome:
    """The errors of Table 13 and of Table 7."""
    swin = numbers.one("13", "spherical", "zero_one_error_pct", "orca", "swin_base")
    roberta = numbers.one("13", "deepsea", "one_minus_auroc", "orca", "roberta_base")
    main = numbers.one("7", "spherical", "zero_one_error_pct", "orca").number
    other = numbers.one("7", "deepsea", "one_minus_auroc", "orca").number
    same = swin.number == main and abs(roberta.number - other) <= 0.0051
    return Outcome(same, f"{swin.value}, {roberta.value}")


def table_13_spread(numbers: Numbers) -> Outcome:
    """The spread of Swin on Spherical in two tables."""
    here = numbers.one("13", "spherical", "zero_one_error_pct", "orca", "swin_base")
    there = numbers.one("7", "spherical", "zero_one_error_pct", "orca")
    return Outcome(here.spread == there.spread, f"{here.std}, {there.std}")


CC18, LIFT = "openml_cc18_aggregate", "lift_aggregate"
NAMED_ALIKE = {name: name for name in ("wins_ties", "avg_accuracy_pct", "avg_diff_from_xgboost")}


def _print(
    where: str, text: str, published: str, check: Callable[[Numbers], Outcome], known: str = ""
) -> Claim:
    return Claim(
        where=where, text=text, published=published, check=check, known=known, of_ours=False
    )


CLAIMS = {
    "T2v7.cells": _same("2", "7", "Tables 2 and 7"),
    "T3v8.cells": _same("3", "8", "Tables 3 and 8", known="N10"),
    "T13.value": _print(
        "Tables 13 and 7",
        "the errors are those of the main results",
        "29.85, 0.29",
        table_13_values,
    ),
    "T13.std": _print(
        "Tables 13 and 7", "Swin's spread on Spherical is the same", "0.72", table_13_spread, "N11"
    ),
    "T14v17.orca": _print(
        "Tables 14 and 17",
        "ORCA's numbers are the same",
        "the same",
        lambda numbers: _equal(_pairs(numbers, "14", "17")),
    ),
    "T24v8.same": _print(
        "Tables 24 and 8",
        "ORCA's errors are the same",
        "the same",
        lambda numbers: _equal(_pairs(numbers, "24", "8")),
    ),
    "T4v18.same": _print(
        "Tables 4 and 18",
        "wins and averages are the same",
        "the same",
        lambda numbers: _aggregates(
            numbers, "4", "18", CC18, {"wins_ties": "wins", "avg_auroc_ovo": "avg_auroc_ovo"}
        ),
    ),
    "T18.std_diff_sign": _print(
        "Tables 4 and 18",
        "differences from XGBoost have the same sign",
        "the same",
        lambda numbers: _aggregates(
            numbers, "4", "18", CC18, {"avg_diff_from_xgboost": "avg_diff_from_xgboost"}
        ),
        "N8",
    ),
    "T4v20.same": _print(
        "Tables 4 and 20",
        "ORCA's average and difference are the same",
        "the same",
        lambda numbers: _aggregates(
            numbers,
            "4",
            "20",
            CC18,
            {name: name for name in ("avg_auroc_ovo", "avg_diff_from_xgboost")},
        ),
    ),
    "T4v21.same": _print(
        "Tables 4 and 21",
        "wins, averages and differences are the same",
        "the same",
        lambda numbers: _aggregates(numbers, "4", "21", LIFT, NAMED_ALIKE),
    ),
}
