"""Claims about OpenML-CC18: ORCA's section 4.2 and A.6, Tables 4, 18, 19 and 20."""

import math

from orca.reporting.claim import Claim, Incomplete, Numbers, Outcome, near
from orca.reporting.names import method_title

METHODS = ("lightgbm", "catboost", "xgboost", "autogluon", "tabpfn", "orca")
WHOLE = "openml_cc18_aggregate"
PRINTED_WINS = {
    "lightgbm": 1,
    "catboost": 1,
    "xgboost": 3,
    "autogluon": 12,
    "tabpfn": 7,
    "orca": 12,
}
KNOWN_DIFFERENCES = {"autogluon": "N12"}  # where a printed average is known not to follow


def wins(numbers: Numbers, method: str) -> int:
    """Return on how many tables no method is better; ties count."""
    scores = numbers.scores("18", METHODS)
    return int((scores[method] == scores.max(axis=1)).sum())


def _wins(method: str, count: int) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        found = wins(numbers, method)
        return Outcome(numbers.count(found, count), f"{found} of 30, ties counted")

    return Claim(
        where="Tables 4 and 18",
        text=f"{method_title(method)} is best on {count} of 30 tables",
        published=f"{count} of 30",
        check=check,
        of_ours=method == "orca",
    )


def _average(method: str) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        printed = numbers.one("18", WHOLE, "avg_auroc_ovo", method)
        mean = float(numbers.scores("18", (method,))[method].mean())
        fits = near(mean, f"{printed.number:.4f}")
        if numbers.side == "ours":
            fits = mean >= printed.number or fits
        return Outcome(fits, f"{mean:.4f} of {printed.number:.4f} printed")

    return Claim(
        where="Tables 4 and 18",
        text=f"average AUROC of {method_title(method)}",
        published="its tables' average",
        check=check,
        of_ours=method == "orca",
    )


def _difference(method: str, known: str) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        printed = numbers.one("4", WHOLE, "avg_diff_from_xgboost", method)
        scores = numbers.scores("18", tuple(dict.fromkeys((method, "xgboost"))))
        mean = float((scores[method] - scores["xgboost"]).mean())
        fits = near(mean, printed.value) if numbers.side == "theirs" else mean > 0
        return Outcome(fits, f"{mean:+.3E} of {printed.value} printed")

    return Claim(
        where="Tables 4 and 18",
        text=f"average difference of {method_title(method)} from XGBoost",
        published="its tables' average",
        check=check,
        known=known,
        of_ours=method == "orca",
    )


def spreads_are_over_tables(numbers: Numbers) -> Outcome:
    """The printed spreads, and the deviations over tables by either formula."""
    scores = numbers.scores("18", METHODS)
    printed = [numbers.one("18", WHOLE, "avg_auroc_ovo", m).spread or math.nan for m in METHODS]
    fits = [
        all(
            near(float(scores[m].std(ddof=ddof)), f"{spread:.4f}")
            for m, spread in zip(METHODS, printed, strict=True)
        )
        for ddof in (0, 1)
    ]
    kind = "sample" if fits[1] else "population" if fits[0] else "neither"
    return Outcome(any(fits), f"{kind} standard deviation")


def beats_tabpfn(numbers: Numbers) -> Outcome:
    """Tables on which ORCA is ahead of TabPFN or level."""
    scores = numbers.scores("18", ("orca", "tabpfn"))
    ahead = int((scores["orca"] > scores["tabpfn"]).sum())
    level = int((scores["orca"] == scores["tabpfn"]).sum())
    return Outcome(numbers.count(ahead + level, 16), f"{ahead} ahead, {level} level")


def best_on_dresses(numbers: Numbers) -> Outcome:
    """The first on dresses-sales."""
    scores = numbers.scores("18", METHODS).loc["openml_23381"]
    return Outcome(scores.idxmax() == "orca", f"first: {scores.idxmax()} ({scores.max():g})")


def boosting_suffices_on_diabetes(numbers: Numbers) -> Outcome:
    """The best boosting method and ORCA on diabetes."""
    scores = numbers.scores("18", METHODS).loc["openml_37"]
    boosting = scores[["lightgbm", "catboost", "xgboost"]].max()
    return Outcome(bool(boosting > scores["orca"]), f"{boosting:g}, ORCA {scores['orca']:.4g}")


def _difference_of_average(method: str) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        xgboost = numbers.one("18", WHOLE, "avg_auroc_ovo", "xgboost").number
        gap = numbers.one("20", WHOLE, "avg_auroc_ovo", method).number - xgboost
        printed = numbers.one("20", WHOLE, "avg_diff_from_xgboost", method).value
        return Outcome(near(gap, printed, 1.1), f"{gap:+.2E} of {printed} printed")

    return Claim(
        where="Table 20",
        text=f"difference of {method_title(method)} from XGBoost is that of the averages",
        published="equal",
        check=check,
        of_ours=False,
    )


def scratch_beats_finetuning(numbers: Numbers) -> Outcome:
    """Averages of training from scratch and of fine-tuning."""
    if numbers.side == "theirs":
        scratch, finetune = (
            numbers.one("20", WHOLE, "avg_auroc_ovo", name).number
            for name in ("scratch", "finetune")
        )
    else:
        scores = numbers.scores("18", ("scratch", "finetune"))
        scratch, finetune = float(scores["scratch"].mean()), float(scores["finetune"].mean())
    return Outcome(scratch > finetune, f"{scratch:.4f}, {finetune:.4f}")


def minutes(numbers: Numbers) -> Outcome:
    """ORCA's mean minutes on a table."""
    if numbers.side == "ours":
        column = [head.name for head in numbers.tables["19"].columns].index("orca_train_min")
        cells = [row[column].ours for row in numbers.tables["19"].cells]
        found = [cell.mean for cell in cells if cell and cell.mean is not None]
        if len(found) < len(cells):
            raise Incomplete(f"{len(found)} of {len(cells)} tables timed")
    else:
        found = [float(row["orca_train_min"]) for row in numbers.facts("19")]
    mean = sum(found) / len(found)
    fits = round(mean) == 4 if numbers.side == "theirs" else mean <= 4.5
    return Outcome(fits, f"{mean:.2f} min over {len(found)} tables")


def counts_are_possible(numbers: Numbers) -> Outcome:
    """Whether each row of Table 19 can be: its classes fit its rows."""
    rows = numbers.facts("19")
    sane = [
        float(r["minority_class_size"]) * float(r["classes"]) <= float(r["instances"])
        and float(r["categorical"]) <= float(r["features"])
        for r in rows
    ]
    return Outcome(all(sane), f"{sum(sane)} of {len(rows)}")


def same_tables(numbers: Numbers) -> Outcome:
    """Tables that both lists hold have the same rows and classes."""
    first = {row["openml_id"]: row for row in numbers.facts("19")}
    both = [row for row in numbers.facts("22") if row["openml_id"] in first]
    off = [
        row["openml_id"]
        for row in both
        if any(float(row[k]) != float(first[row["openml_id"]][k]) for k in ("instances", "classes"))
    ]
    return Outcome(not off, f"{len(both) - len(off)} of {len(both)}")


CLAIMS = {
    **{f"T18.wins.{method}": _wins(method, count) for method, count in PRINTED_WINS.items()},
    **{f"T18.avg.{method}": _average(method) for method in METHODS},
    **{f"T4.diff.{m}": _difference(m, known=KNOWN_DIFFERENCES.get(m, "")) for m in METHODS},
    **{f"T20.diff.{method}": _difference_of_average(method) for method in ("scratch", "finetune")},
    "T18.std": Claim(
        where="Table 18",
        text="the spread of the averages is the deviation over tables",
        published="so",
        check=spreads_are_over_tables,
        of_ours=False,
    ),
    "T18.tabpfn": Claim(
        where="section 4.2",
        text="ORCA is better than TabPFN on 16 of 30 tables",
        published="16 of 30",
        check=beats_tabpfn,
    ),
    "T18.dresses": Claim(
        where="section 4.2",
        text="on dresses-sales ORCA is far ahead of boosting",
        published="first: orca",
        check=best_on_dresses,
    ),
    "T18.diabetes": Claim(
        where="section 4.2",
        text="on diabetes boosting suffices",
        published="boosting ahead",
        check=boosting_suffices_on_diabetes,
    ),
    "T20.order": Claim(
        where="A.6.2",
        text="on tables, training from scratch is better than fine-tuning",
        published="scratch ahead",
        check=scratch_beats_finetuning,
    ),
    "T19.time": Claim(
        where="Table 19",
        text="ORCA takes 4 minutes a table on average",
        published="4 min",
        check=minutes,
    ),
    "T19.sane": Claim(
        where="Table 19",
        text="classes fit the rows, categorical features the features",
        published="30 of 30",
        check=counts_are_possible,
        of_ours=False,
    ),
    "T19v22.same": Claim(
        where="Tables 19 and 22",
        text="tables in both have the same rows and classes",
        published="the same",
        check=same_tables,
        of_ours=False,
    ),
}
