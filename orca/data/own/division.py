"""Which samples of a person's file train, choose and test: drawn, by groups, or as the person says."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from jaxtyping import Int, Num

from orca.data.entry import TaskEntry
from orca.data.split import draw
from orca.errors import DataError
from orca.logs import log
from orca.text_files import read_mapping

Rows = Int[np.ndarray, "_"]
PARTS = ("train", "validation", "test")


def divide(
    entry: TaskEntry,
    targets: Num[np.ndarray, "n *target"],
    *,
    rows: Rows,
    groups: Sequence[str] | None,
    stated: Sequence[str] | None,
    where: str,
) -> dict[str, Rows]:
    """Return the numbers of a fit file's samples in each part, ascending; some may be in none.

    Classes are as frequent in each part, and a group, a patient or the like, is in one part alone;
    the person may say the part of each sample (`stated`), or list `rows` of the file.
    """
    generator = np.random.default_rng(entry.split_seed)
    count = len(targets)
    labels = targets if entry.kind == "classes" else None
    belongs = None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]

    def drawn(among: Rows, share: float) -> Rows:
        own = [None if values is None else values[among] for values in (belongs, labels)]
        return among[draw(len(among), round(len(among) * share), generator, *own)]

    parts = _stated(entry, stated, rows, where) if entry.split else {}
    test = np.zeros(0, np.int64)
    if "test" in parts:
        test = parts["test"]
    elif entry.folds:
        test = _fold(entry, np.zeros(count), labels, groups, where)
    elif not entry.test_path:
        test = drawn(np.arange(count), entry.test_share)
    pool = parts.get("train", np.setdiff1d(np.arange(count), test))
    validation = parts.get("validation")
    if validation is None:
        validation = drawn(pool, entry.validation_share)
    division = {"train": np.setdiff1d(pool, validation), "validation": validation, "test": test}
    _check(division, entry, count, where)
    return division


def _fold(
    entry: TaskEntry,
    samples: np.ndarray,
    labels: np.ndarray | None,
    groups: Sequence[str] | None,
    where: str,
) -> Rows:
    """Return the samples of the fold that is tested: dealt by class, by group, or by both."""
    from sklearn import model_selection

    kind = f"{'Stratified' * (labels is not None)}{'Group' * (groups is not None)}KFold"
    dealer = getattr(model_selection, kind)(
        entry.folds, shuffle=True, random_state=entry.split_seed
    )
    try:
        dealt = list(dealer.split(samples, labels, groups))
    except ValueError as fault:
        raise DataError(
            where=where,
            what=f"its samples cannot be dealt into {entry.folds} folds: {fault}",
            mend="set `folds` to a smaller number",
        ) from fault
    return dealt[entry.fold][1].astype(np.int64)


def _stated(
    entry: TaskEntry, stated: Sequence[str] | None, rows: Rows, where: str
) -> dict[str, Rows]:
    """Return the samples of the parts that a column or a file of row numbers lists."""
    if not entry.split_key:
        found = _from_file(Path(entry.split), rows)
    else:
        assert stated is not None
        names = [text.strip().lower() for text in stated]
        odd = [n for n, name in enumerate(names) if name not in PARTS]
        if odd:
            raise DataError(
                where=f"{where}, '{entry.split}', row {rows[odd[0]]}",
                what=f"'{stated[odd[0]]}' is no part",
                mend=f"write one of {', '.join(PARTS)}",
            )
        found = {part: np.flatnonzero(np.array(names) == part) for part in PARTS}
    found = {part: numbers for part, numbers in found.items() if len(numbers)}
    if ("test" in found) == bool(entry.test_path):
        what = "no sample is for testing"
        raise DataError(
            where=f"{where}, `split` '{entry.split}'",
            what="samples are for testing, beside `test_path`" if entry.test_path else what,
            mend="name the test samples either in `split` or in `test_path`",
        )
    return found


def _from_file(path: Path, rows: Rows) -> dict[str, Rows]:
    """Return the samples whose row numbers a JSON file lists by part, as `schema.json` does."""
    mend = 'write {"train": [...], "validation": [...], "test": [...]}, or name a column'
    content = read_mapping(path.expanduser(), mend=mend, error=DataError)
    content = content.get("rows", content)
    listed = {part: content[part] for part in PARTS if part in content}
    if not listed:
        raise DataError(where=str(path), what="it names no part of the data", mend=mend)
    places = {int(row): number for number, row in enumerate(rows)}
    for part, numbers in listed.items():
        if not isinstance(numbers, list) or any(type(number) is not int for number in numbers):
            raise DataError(where=f"{path}, {part}", what="it holds no row numbers", mend=mend)
        for number in set(numbers) - set(places):
            raise DataError(
                where=f"{path}, {part}",
                what=f"row {number} is not in the data file, or has no target",
                mend="count the lines of a csv, the header being line 1; else from 0",
            )
    twice = [row for row, times in Counter(chain(*listed.values())).items() if times > 1]
    if twice:
        raise DataError(
            where=str(path), what=f"row {twice[0]} is listed twice", mend="list each row once"
        )
    return {
        part: np.sort(np.array([places[n] for n in numbers], np.int64))
        for part, numbers in listed.items()
    }


def _check(division: dict[str, Rows], entry: TaskEntry, count: int, where: str) -> None:
    """Check that no part is empty, and log how many samples are in none."""
    for part, numbers in division.items():
        if not len(numbers) and not (part == "test" and entry.test_path):
            raise DataError(
                where=where,
                what=f"too few samples to be divided, {count} in all: none is left"
                f" for the part '{part}'",
                mend="bring more samples, or change `test_share` and `validation_share`",
            )
    used = sum(map(len, division.values()))
    if used < count:
        log.info("%s: samples in no part, left out: %d", where, count - used)
