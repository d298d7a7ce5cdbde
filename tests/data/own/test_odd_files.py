"""Some sixty small odd files that a person might bring, each with the right answer.

An answer is a word of the one error, or a property of what is prepared.
"""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from orca.data.schema import Schema, frame_of
from orca.data.store import Prepared
from orca.data.user_task import task_of
from orca.errors import OrcaError
from tests.data.made_tasks import samples_of

ROWS = 40
NUMBERS = np.round(np.random.default_rng(0).normal(size=ROWS), 3)
YES = [("no", "yes")[row % 2] for row in range(ROWS)]
Write = Callable[[Path], None]


@dataclass(frozen=True)
class Odd:
    """A file, the entry that reads it, and what should come of it."""

    name: str
    files: dict[str, Any]
    says: str = ""
    entry: dict[str, Any] = field(default_factory=dict)
    check: Callable[["Made"], object] = lambda made: True


@dataclass(frozen=True)
class Made:
    """What is prepared, and what the log said."""

    fit: Prepared
    test: Prepared
    schema: Schema
    log: str

    def columns(self) -> dict[str, Any]:
        return {column.name: column for column in self.schema.columns}

    def frame(self, part: str = "fit") -> pd.DataFrame:
        prepared = getattr(self, part)
        with h5py.File(prepared.path) as file:
            return frame_of(file["inputs"][()], self.schema)

    def labels(self, part: str = "test") -> list[int]:
        prepared = getattr(self, part)
        return prepared.targets(prepared.rows(part)).tolist()


def table(**columns: Any) -> dict[str, list[Any]]:
    """Return a csv's columns: a column of numbers `a`, of classes `y`, and others."""
    return {"a": NUMBERS.tolist(), "y": list(YES)} | columns


def changed(values: Any, row: int, value: Any) -> list[Any]:
    """Return a list with another value in one place."""
    values = list(values)
    values[row] = value
    return values


CLASSES = {"target": "y", "kind": "classes", "classes": ["no", "yes"], "metric": "accuracy"}
NUMBER = {"target": "y", "kind": "scalar", "classes": 0, "metric": "r2"}
ARRAYS = {**CLASSES, "inputs": "x", "classes": 2}
SIGNALS = np.random.default_rng(1).normal(size=(ROWS, 32)).astype(np.float32)
ALTERNATE = np.arange(ROWS) % 2
PRESSURES = 101325 + np.outer(NUMBERS * 1000, np.ones(32)) + SIGNALS * 5.0
PRESSURES[0] = 101325 + SIGNALS[0]
STAMPS = 1.7e9 + np.round(np.abs(NUMBERS) * 3e7, 1)
NAMES = {"target": "y", "kind": "classes", "metric": "accuracy"}
THREE = [("None", "bearing", "seal")[row % 3] for row in range(ROWS)]
GRADES = [("low", "mid", "high")[row % 3] for row in range(ROWS)]


def claims_much(path: Path) -> None:
    """Write an npz file whose array `x` has a header for 5 GiB and no values."""
    header = io.BytesIO()
    shape = {"descr": "<f4", "fortran_order": False, "shape": (ROWS, 2**25)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", header.getvalue())
        file.writestr("y.npy", b"")


def cut_short(path: Path) -> None:
    """Write an HDF5 file without its end."""
    with hdf5(path) as file:
        file["x"] = SIGNALS
    path.write_bytes(path.read_bytes()[:3000])


def lists_as_labels(path: Path) -> None:
    """Write an HDF5 file whose labels are lists of numbers of different lengths."""
    with h5py.File(path, "w") as file:
        file["x"] = SIGNALS
        labels = file.create_dataset("y", (ROWS,), h5py.vlen_dtype(np.int32))
        labels[0] = [1, 2]


def hdf5(path: Path) -> h5py.File:
    """Return a new HDF5 file with the targets alone."""
    file = h5py.File(path, "w")
    file["y"] = ALTERNATE
    return file


# fmt: off
ODD = [
    # Test files beside the fit file
    Odd("a_test_file_lacks_a_category",
        {"fit.csv": table(c=GRADES),
        "test.csv": {"a": [1, 2], "c": ["mid", "low"], "y": ["no", "yes"]}},
        check=lambda m: m.frame("test")["c"].tolist() == ["mid", "low"]),
    Odd("a_test_file_has_a_new_category",
        {"fit.csv": table(c=GRADES), "test.csv": {"a": [1], "c": ["zzz"], "y": ["no"]}},
        says=r"test.csv, column 'c', row 2: 'zzz' is a category"),
    Odd("a_new_category_has_a_place_where_the_entry_says_so",
        {"fit.csv": table(c=GRADES), "test.csv": {"a": [1], "c": ["zzz"], "y": ["no"]}},
        entry={"unseen": "other"}, check=lambda m: m.fit.input_shape == (4, 2)
        and samples_of(m.test, "test")[0][0, 3, 0] == 1),
    Odd("a_test_file_has_its_columns_in_another_order",
        {"fit.csv": table(b=list(range(100, 100 + ROWS))),
        "test.csv": {"y": ["no", "yes"], "b": [7, 8], "a": [1, 2]}}, entry={"inputs": ["a", "b"]},
        check=lambda m: m.frame("test")["b"].tolist() == [7, 8]),
    Odd("a_test_file_lacks_a_column",
        {"fit.csv": table(size=NUMBERS + 1), "test.csv": {"a": [1], "y": ["no"], "sizes": [1]}},
        says=r"test.csv: it has no column 'size'\nMend: did you mean 'sizes'"),
    Odd("a_test_file_has_a_column_more",
        {"fit.csv": table(), "test.csv": {"a": [1], "y": ["no"], "weight": [1]}},
        check=lambda m: "not used: weight" in m.log and m.test.count == 1),
    Odd("a_test_file_has_one_class_only",
        {"fit.csv": table(), "test.csv": {"a": [1, 2], "y": ["yes", "yes"]}}, entry={"classes": 2},
        check=lambda m: m.labels() == [1, 1]),
    Odd("a_gap_in_the_fit_file_and_another_in_the_test_file",
        {"fit.csv": table(b=changed(NUMBERS + 5, 3, "")),
        "test.csv": {"a": [1, ""], "b": [5, 6], "y": ["no", "yes"]}},
        check=lambda m: (m.test.input_shape == (2, 1)
        and m.frame("test")["a"][1] == pytest.approx(m.columns()["a"].fill))),
    Odd("a_gap_in_a_category_of_the_test_file_alone",
        {"fit.csv": table(c=GRADES), "test.csv": {"a": [1], "c": [""], "y": ["no"]}},
        says=r"test.csv, column 'c', row 2: the value is missing"),
    Odd("test_arrays_are_of_another_length",
        {"fit.npz": {"x": SIGNALS, "y": ALTERNATE},
        "test.npz": {"x": SIGNALS[:, :16], "y": ALTERNATE}}, entry=ARRAYS,
        says=r"samples are of shape \(1, 16\), those of the fit file of \(1, 32\)"),
    # Gaps
    Odd("a_gap_gets_the_median_of_the_training_rows", {"fit.csv": table(b=changed(NUMBERS, 0, ""))},
        check=lambda m: re.search(r"gaps that become \S+: 1", m.log)
        and m.columns()["b"].gaps == 1),
    Odd("rows_with_gaps_are_left_out_where_the_entry_says_so",
        {"fit.csv": table(b=changed(NUMBERS, 0, ""))}, entry={"missing": "drop_rows"},
        check=lambda m: m.fit.count + m.test.count == ROWS - 1 and 2 not in m.schema.rows["train"]),
    Odd("a_gap_is_an_error_where_the_entry_says_so", {"fit.csv": table(b=changed(NUMBERS, 5, ""))},
        entry={"missing": "error"}, says="fit.csv, column 'b', row 7: the value is missing"),
    Odd("a_gap_among_numbers_is_marked_where_the_entry_says_so",
        {"fit.csv": table(b=changed(NUMBERS, 5, ""))}, entry={"missing": "category"},
        check=lambda m: (m.fit.input_shape == (3, 1)
        and m.frame("fit")["b"].isna().sum() + m.frame("test")["b"].isna().sum() == 1)),
    Odd("a_question_mark_among_numbers_is_a_gap", {"fit.csv": table(b=changed(NUMBERS, 5, " ?"))},
        check=lambda m: m.columns()["b"].gaps == 1 and m.fit.input_shape == (2, 1)),
    Odd("an_empty_column_is_left_out", {"fit.csv": table(b=[""] * ROWS)},
        check=lambda m: m.schema.left_out == {"b": "it is empty"}),
    Odd("a_row_without_a_target_is_left_out_and_told", {"fit.csv": table(y=changed(YES, 3, ""))},
        check=lambda m: ("without a target are left out: 1" in m.log
        and m.fit.count + m.test.count == ROWS - 1)),
    # Numbers written otherwise
    Odd("decimal_commas_are_named_with_their_key",
        {"fit.csv": table(b=[f"{v:.2f}".replace(".", ",") for v in NUMBERS])},
        says=r"column 'b', row 2: '.*' is a number with a decimal comma\nMend: set `decimal"),
    Odd("decimal_commas_and_semicolons_are_read",
        {"fit.csv": "a;y\n" + "".join(f"1.00{n % 10},5;{y}\n" for n, y in enumerate(YES))},
        entry={"decimal": ","}, check=lambda m: 1009.5 in m.frame()["a"].tolist()
        and "a semicolon separates" in m.log),
    Odd("numbers_with_a_unit_are_named", {"fit.csv": table(b=[f"{v} €" for v in NUMBERS])},
        says=r"column 'b', row 2: '.*€' is a number with a unit"),
    Odd("one_text_in_a_column_of_numbers", {"fit.csv": table(b=changed(NUMBERS, 8, "12a"))},
        says="column 'b', row 10: '12a' is no number"),
    Odd("an_infinite_number", {"fit.csv": table(b=changed(NUMBERS, 8, "inf"))},
        says="column 'b', row 10: an infinite number"),
    Odd("whole_numbers_that_single_precision_cannot_tell_apart",
        {"fit.csv": table(b=[10**12 + row for row in range(ROWS)][::-1])},
        says=r"column 'b', row \d+: 10000000000\d+ has more digits"),
    *[Odd(f"a_number_too_large_for_single_precision_{text}",
        {"fit.csv": table(b=changed(NUMBERS, 8, text))},
        says=rf"column 'b', row 10: {re.escape(text)} is too large for single precision.*\n"
        "Mend: mend the number, or give the column's values in a larger unit, or leave") for
        text in ("1e+60", "-1e+200", "1e+308")],
    Odd("numbers_too_close_to_zero_for_single_precision",
        {"fit.csv": table(b=[f"{row}e-200" for row in range(ROWS)])},
        says=r"column 'b', row \d+: \S+e-19\d is closer to zero.*\nMend: .*a smaller unit"),
    Odd("a_target_too_large_for_single_precision", {"fit.csv": table(y=changed(NUMBERS, 4, 1e200))},
        entry=NUMBER, says=r"column 'y', row 6: 1e\+200 is too large"),
    Odd("an_array_s_number_too_large_for_single_precision",
        {"fit.npz": {"x": np.where(np.arange(ROWS)[:, None] == 7, np.full((ROWS, 1), 1e200), SIGNALS),
        "y": ALTERNATE}}, entry=ARRAYS, says=r"fit.npz, 'x', sample 7: 1e\+200 is too large"),
    *[Odd(f"a_number_that_normalising_would_make_infinite_{name}", {name: content}, entry=entry,
        says=r"3.3e\+38 is too large for single precision")
        for name, content, entry in (
        ("fit.csv", table(b=changed(NUMBERS, 8, 3.3e38)), {}),
        ("fit.npz", {"x": SIGNALS + np.float32(3.3e38), "y": ALTERNATE}, ARRAYS))],
    Odd("numbers_that_normalising_would_take_as_constant",
        {"fit.csv": table(b=(NUMBERS * 3e-38).tolist())}, says=r"column 'b', row \d+: .* is closer "
        "to zero.*a smaller unit"),
    Odd("a_column_that_is_constant_up_to_rounding", {"fit.csv": table(b=[0.3, 0.1 + 0.2] * 20)},
        check=lambda m: set(m.frame()["b"]) == {np.float32(0.3)}),
    Odd("an_array_whose_first_sample_is_calm", {"fit.npz": {"x": PRESSURES, "y": ALTERNATE}},
        entry=ARRAYS, check=lambda m: m.fit.input_shape == (1, 32)),
    Odd("an_array_that_differs_in_lost_digits",
        {"fit.npz": {"x": 1e12 + SIGNALS.astype(float), "y": ALTERNATE}}, entry=ARRAYS,
        says=r"fit.npz, 'x', sample \d+: \S+ has more digits"),
    Odd("a_target_that_differs_in_lost_digits",
        {"fit.npz": {"x": SIGNALS, "y": 1e12 + SIGNALS[:, 0].astype(float)}},
        entry={**NUMBER, "inputs": "x"}, says=r"fit.npz, 'y', sample \d+: \S+ has more digits"),
    Odd("a_test_file_whose_rows_are_close_to_each_other",
        {"fit.csv": table(b=STAMPS, y=NUMBERS), "test.csv": {"a": [1, 2],
        "b": [1.7e9 + 10, 1.7e9 + 40.5], "y": [0, 1]}}, entry=NUMBER,
        check=lambda m: m.test.count == 2),
    # Columns that are no features
    Odd("a_row_index_is_left_out", {"fit.csv": {"": list(range(ROWS)), **table()}},
        check=lambda m: m.schema.left_out == {"Unnamed: 0": "it counts the rows"}),
    Odd("texts_of_their_own_in_each_row_are_left_out",
        {"fit.csv": table(id=[f"p{row:04d}x" for row in range(ROWS)])},
        check=lambda m: ("nearly every row" in m.schema.left_out["id"]
        and m.fit.input_shape == (1, 1))),
    Odd("such_a_column_is_an_error_where_it_was_asked_for",
        {"fit.csv": table(id=[f"p{row:04d}x" for row in range(ROWS)])},
        entry={"inputs": ["a", "id"]}, says="column 'id': nearly every row"),
    Odd("dates_are_left_out_with_their_key",
        {"fit.csv": table(when=[f"2021-01-{1 + row % 28:02d}" for row in range(ROWS)])},
        check=lambda m: "`dates`" in m.schema.left_out["when"]),
    Odd("dates_are_days_where_the_entry_says_so",
        {"fit.csv": table(when=[f"{1 + row % 28:02d}.02.2021" for row in range(ROWS)])},
        entry={"dates": ["when"]}, check=lambda m: (m.columns()["when"].origin == "2021-02-01"
        and m.frame()["when"].max() == 27)),
    Odd("dates_that_do_not_tell_days_from_months", {"fit.csv": table(when=["01/02/2021"] * ROWS)},
        entry={"dates": ["when"]}, says="cannot be distinguished"),
    Odd("the_target_is_among_the_inputs", {"fit.csv": table()}, entry={"inputs": ["a", "y"]},
        says="'y' is among the inputs and in 'target'"),
    Odd("nothing_but_the_target", {"fit.csv": {"y": YES}}, says="no column is left"),
    Odd("two_columns_of_one_name", {"fit.csv": "a,a,y\n" + "1,2,no\n2,3,yes\n" * 20},
        says="two columns are called 'a'"),
    # Classes
    Odd("a_label_that_is_a_fraction", {"fit.csv": table(y=changed(ALTERNATE, 4, 0.7))},
        entry={"classes": 2}, says="column 'y', row 6: the label 0.7 is no whole number"),
    Odd("classes_of_yaml_truth_values", {"fit.csv": table()}, entry={"classes": [False, True]},
        says="YAML reads no, yes.*\nMend: quote them"),
    Odd("truth_values_are_matched_to_their_names",
        {"fit.csv": table(y=[row % 2 == 0 for row in range(ROWS)]),
        "test.csv": {"a": [1, 2], "y": ["True", "FALSE"]}}, entry={"classes": ["True", "False"]},
        check=lambda m: m.labels() == [0, 1]),
    Odd("names_are_matched_to_numbers",
        {"fit.csv": table(y=[row % 2 + 1 for row in range(ROWS)]),
        "test.csv": {"a": [1, 2], "y": ["2.0", "1"]}}, entry={"classes": ["1", "2"]},
        check=lambda m: m.labels() == [1, 0]),
    Odd("labels_that_start_at_one", {"fit.csv": table(y=[row % 2 + 1 for row in range(ROWS)])},
        entry={"classes": 2}, check=lambda m: m.schema.classes == ("1", "2")),
    Odd("the_text_none_is_a_class_where_it_is_named", {"fit.csv": table(y=THREE)},
        entry={"classes": ["None", "bearing", "seal"]},
        check=lambda m: m.fit.count + m.test.count == ROWS),
    Odd("other_labels_than_declared", {"fit.csv": table(y=THREE)},
        entry={"classes": ["None", "bearings", "seal"]},
        says="column 'y', row 3: 'bearing' is none of the classes\nMend: did you mean 'bearings'"),
    Odd("another_number_of_labels_than_declared", {"fit.csv": table(y=THREE)}, entry={"classes": 2},
        says=r"3 different labels \(None, bearing, seal\), where `classes` says 2"),
    Odd("a_number_for_each_row_where_classes_are_due", {"fit.csv": table(y=list(range(ROWS)))},
        entry={"classes": 2}, says="Mend: set `kind: scalar`"),
    Odd("text_labels_in_an_npz", {"fit.npz": {"x": SIGNALS, "y": np.array(YES)}},
        entry={**ARRAYS, "classes": ["yes", "no"]},
        check=lambda m: m.schema.classes == ("yes", "no")),
    Odd("text_labels_in_an_hdf5_file", {"fit.h5": {"x": SIGNALS, "y": np.array(YES, dtype="S")}},
        entry=ARRAYS, check=lambda m: m.schema.classes == ("no", "yes")),
    Odd("one_hot_targets", {"fit.npz": {"x": SIGNALS, "y": np.eye(2)[ALTERNATE]}}, entry=ARRAYS,
        check=lambda m: sorted(set(m.labels())) == [0, 1]),
    Odd("targets_with_an_axis_of_one", {"fit.npz": {"x": SIGNALS, "y": SIGNALS[:, :1]}},
        entry={**NUMBER, "inputs": "x"}, check=lambda m: samples_of(m.fit, "train")[1].ndim == 1),
    # Numbers
    Odd("a_text_where_a_number_is_due", {"fit.csv": table()}, entry=NUMBER,
        says="column 'y', row 2: 'no' is no number\nMend: .*`kind: classes`"),
    Odd("a_target_with_a_thousands_comma", {"fit.csv": table(y=changed(NUMBERS, 1, "1,234"))},
        entry=NUMBER, says="column 'y', row 3: '1,234' is no number"),
    Odd("numbers_are_normalised_by_default", {"fit.csv": table(y=NUMBERS * 100 + 200)},
        entry=NUMBER, check=lambda m: abs(samples_of(m.fit, "train")[1].mean()) < 1e-5),
    # Arrays
    Odd("a_nan_among_the_inputs_is_named_by_its_own_number",
        {"fit.npz": {"x": np.where(np.arange(ROWS)[:, None] == 7, np.nan, SIGNALS),
        "y": ALTERNATE}}, entry=ARRAYS,
        says=r"fit.npz, 'x', sample 7: the value at \[0, 0\] is nan"),
    Odd("a_target_that_is_not_finite",
        {"fit.npz": {"x": SIGNALS, "y": np.where(np.arange(ROWS) == 7, np.nan, 1.5 * ALTERNATE)}},
        entry={**NUMBER, "inputs": "x"}, says="fit.npz, 'y', sample 7: the value is nan"),
    Odd("complex_inputs", {"fit.npz": {"x": SIGNALS * 1j, "y": ALTERNATE}}, entry=ARRAYS,
        says="it holds complex numbers"),
    Odd("channels_stand_last", {"fit.npz": {"x": np.zeros((ROWS, 16, 16, 3)), "y": ALTERNATE}},
        entry=ARRAYS, says=r"Mend: set `axes: \[sample, height, width, channel\]`"),
    Odd("channels_stand_last_and_the_entry_says_so",
        {"fit.npz": {"x": np.ones((ROWS, 16, 8, 3), np.uint8), "y": ALTERNATE}},
        entry={**ARRAYS, "axes": ["sample", "height", "width", "channel"]},
        check=lambda m: m.fit.input_shape == (3, 16, 8)),
    Odd("a_leading_axis_of_one", {"fit.h5": {"x": SIGNALS[None, :, None], "y": ALTERNATE}},
        entry=ARRAYS, says=r"Mend: set `axes: \[one, sample, channel, length\]`"),
    Odd("a_leading_axis_of_one_and_the_entry_says_so",
        {"fit.h5": {"x": SIGNALS[None, :, None], "y": ALTERNATE}},
        entry={**ARRAYS, "axes": ["one", "sample", "channel", "length"]},
        check=lambda m: m.fit.input_shape == (1, 32)),
    Odd("matlabs_order_of_axes", {"fit.h5": {"x": SIGNALS.T[:, None], "y": ALTERNATE}},
        entry=ARRAYS, says="32 inputs but 40 targets\nMend: .*MATLAB"),
    Odd("a_target_is_missing", {"fit.npz": {"x": SIGNALS, "y": ALTERNATE[:-1]}}, entry=ARRAYS,
        says="40 inputs but 39 targets\nMend: give each sample one"),
    Odd("an_array_that_holds_objects",
        {"fit.npz": {"x": SIGNALS, "y": np.array([{}] * ROWS, dtype=object)}}, entry=ARRAYS,
        says="without running code"),
    Odd("a_missing_array", {"fit.npz": {"signals": SIGNALS, "y": ALTERNATE}},
        entry={**ARRAYS, "inputs": "signal"}, says="did you mean 'signals'"),
    Odd("labels_that_are_neither_zero_nor_one",
        {"fit.npz": {"x": SIGNALS, "y": np.full((ROWS, 3), 2)}},
        entry={**ARRAYS, "kind": "multi_label", "classes": 3},
        says="sample 0, label 0: 2 is neither 0 nor 1"),
    # Files that are something else
    Odd("a_header_alone", {"fit.csv": "a,y\n"}, says="it has no rows but the header"),
    Odd("an_empty_file", {"fit.csv": ""}, says="fit.csv: it is empty"),
    Odd("a_single_row", {"fit.csv": "a,y\n1,no\n"}, says="too few samples to be divided, 1 in all",
        entry={"classes": ["no", "yes"]}),
    Odd("a_missing_file", {"other.csv": "a"}, says="there is no such file"),
    Odd("a_spreadsheet", {"fit.xlsx": ""},
        says=r"'\.xlsx' does not tell it\nMend: save the sheet as csv"),
    Odd("a_spreadsheet_called_csv", {"fit.csv": b"PK\x03\x04abc"}, says="save the sheet as csv"),
    Odd("one_array_of_numpy", {"fit.npy": b""}, says=r"Mend: save inputs and targets in one file"),
    Odd("an_npz_that_claims_more_than_it_can_hold", {"fit.npz": claims_much},
        says=r"fit.npz.*claims 5368709120 bytes", entry=ARRAYS),
    Odd("an_hdf5_file_that_claims_more_than_it_can_hold",
        {"fit.h5": lambda path: hdf5(path).create_dataset("x", (ROWS, 2**27), "f4",
        chunks=(1, 512))}, says=r"fit.h5, 'x': .*claims 21474836480 bytes", entry=ARRAYS),
    Odd("an_array_that_a_link_fetches_from_another_file",
        {"fit.h5": {"x": h5py.ExternalLink("other.h5", "x"), "y": ALTERNATE}},
        says=r"fit.h5, 'x': .*it lies in another file", entry=ARRAYS),
    Odd("an_array_whose_numbers_lie_in_another_file",
        {"fit.h5": lambda path: hdf5(path).create_dataset("x", (ROWS, 32), "f4",
        external=[("raw", 0, ROWS * 128)])}, says=r"fit.h5, 'x': .*lie in other files",
        entry=ARRAYS),
    Odd("an_hdf5_file_that_is_cut_short", {"fit.h5": cut_short},
        says=r"it is no HDF5 file: .*truncated.*\nMend: mend the path, or save it again",
        entry=ARRAYS),
    Odd("an_hdf5_array_that_holds_nothing", {"fit.h5": {"x": h5py.Empty("f4"), "y": ALTERNATE}},
        says="it holds nothing", entry=ARRAYS),
    Odd("lists_of_numbers_as_labels", {"fit.h5": lists_as_labels},
        says="its labels are no texts, but lists", entry=ARRAYS),
    Odd("an_unknown_encoding", {"fit.csv": table()}, entry={"encoding": "zzz"},
        says=r"unknown encoding: zzz\nMend: such as utf-8"),
    Odd("a_codec_that_encodes_no_texts", {"fit.csv": table()}, entry={"encoding": "rot13"},
        says=r"rot13.*\nMend: such as utf-8"),
    Odd("numbers_of_five_thousand_digits",
        {"fit.csv": table(a=[str(row + 10) * 2500 for row in range(ROWS)])},
        says="'a': nearly every row has a text of its own, such as '1010[10]{36}'"),
    Odd("an_npz_that_is_none", {"fit.npz": b"abc"}, says="it is no npz file", entry=ARRAYS),
    Odd("an_hdf5_file_that_is_none", {"fit.h5": b"abc"}, says="it is no HDF5 file", entry=ARRAYS),
    Odd("a_parquet_file_that_is_none", {"fit.parquet": b"abc"}, says="it is no parquet file"),
    Odd("a_compressed_file", {"fit.csv": gzip.compress(b"a,y\n1,no\n")}, says="compressed"),
    Odd("a_text_in_another_encoding",
        {"fit.csv": ("a,größe,y\n" + "1,2,no\n2,3,yes\n" * 20).encode("latin-1")},
        says="Mend: set the `encoding`"),
    Odd("a_text_in_another_encoding_and_the_entry_says_so",
        {"fit.csv": ("a,größe,y\n" + "1,2,no\n2,3,yes\n" * 20).encode("latin-1")},
        entry={"encoding": "latin-1"}, check=lambda m: "größe" in m.columns()),
    Odd("a_byte_order_mark", {"fit.csv": b"\xef\xbb\xbf" + b"y,a\n" + b"no,1\nyes,2\n" * 20},
        check=lambda m: m.fit.input_shape == (1, 1)),
    Odd("a_row_with_more_fields_than_the_header", {"fit.csv": "a,y\n1,no\n2,yes,3\n"},
        says="row 3 has 3 fields, the header 2"),
    Odd("rows_are_counted_as_an_editor_counts_lines",
        {"fit.csv": 'a,note,y\n1,"x\ny",no\n\n2,x,yes\n2,x,maybe\n' + "3,x,no\n4,x,yes\n" * 30},
        says="column 'y', row 6: 'maybe' is none"),
    Odd("tabs_part_the_columns", {"fit.tsv": "a\ty\n" + "1.5\tno\n2.5\tyes\n" * 20},
        check=lambda m: "a tab separates" in m.log),
    # Parts
    Odd("groups_are_not_divided",
        {"fit.csv": table(patient=[f"p{row // 4}" for row in range(ROWS)])},
        entry={"groups": "patient"},
        check=lambda m: all(len({(line - 2) // 4 for line in a} & {(line - 2) // 4
        for line in b}) == 0 for a,
        b in [(m.schema.rows["train"], m.schema.rows["test"]),
        (m.schema.rows["train"], m.schema.rows["validation"])])),
    Odd("a_column_tells_the_parts",
        {"fit.csv": table(part=["test"] * 10 + ["validation"] * 6 + ["train"] * (ROWS - 16))},
        entry={"split": "part"}, check=lambda m: m.schema.rows["test"] == tuple(range(2, 12))
        and m.fit.count == ROWS - 10),
    Odd("a_column_tells_an_unknown_part",
        {"fit.csv": table(part=changed(["test", "train"] * 20, 3, "exam"))},
        entry={"split": "part"}, says="row 5: 'exam' is no part"),
    Odd("a_file_of_row_numbers_tells_the_parts",
        {"fit.csv": table(), "parts.json": json.dumps({"test": [5, 2, 3, 4]})},
        entry={"split": "parts.json"}, check=lambda m: m.schema.rows["test"] == (2, 3, 4, 5)),
    Odd("a_file_of_row_numbers_names_a_row_that_is_not_there",
        {"fit.csv": table(), "parts.json": json.dumps({"test": [1, 2]})},
        entry={"split": "parts.json"}, says="parts.json, test: row 1 is not in the data file"),
    Odd("a_file_of_row_numbers_holds_a_fraction",
        {"fit.csv": table(), "parts.json": json.dumps({"test": [5, 2.7]})},
        entry={"split": "parts.json"}, says="parts.json, test: it holds no row numbers"),
    Odd("a_file_of_row_numbers_lists_a_row_twice",
        {"fit.csv": table(), "parts.json": json.dumps({"test": [5, 2], "train": [3, 5]})},
        entry={"split": "parts.json"}, says="parts.json: row 5 is listed twice"),
    Odd("a_file_of_row_numbers_names_no_part",
        {"fit.csv": table(), "parts.json": json.dumps({"rows": [5, 2]})},
        entry={"split": "parts.json"}, says="parts.json: it names no part"),
    # Wide tables and several targets
    Odd("a_wide_table_is_a_series",
        {"fit.csv": {**{f"t{n}": SIGNALS[:, n].tolist() for n in range(8)}, "y": YES}},
        entry={"as": "series"}, check=lambda m: m.fit.input_shape == (1, 8)
        and list(m.frame())[3] == "t3"),
    Odd("a_series_with_a_text_column", {"fit.csv": table(c=GRADES)}, entry={"as": "series"},
        says="the column 'c' holds categories"),
    Odd("several_columns_of_labels",
        {"fit.csv": {"a": NUMBERS, "red": ALTERNATE, "blue": 1 - ALTERNATE}},
        entry={**NAMES, "target": ["red", "blue"], "kind": "multi_label", "classes": 0},
        check=lambda m: m.schema.classes == ("red", "blue") and m.fit.input_shape == (1, 1)),
    Odd("several_columns_of_numbers",
        {"fit.csv": {"a": NUMBERS, "y": NUMBERS * 2 + 300, "z": NUMBERS / 100}},
        entry={**NUMBER, "target": ["y", "z"]},
        check=lambda m: (samples_of(m.fit, "train")[1].shape[1:] == (2, 1)
        and np.abs(samples_of(m.fit, "train")[1].mean(axis=0)).max() < 1e-4)),
    Odd("a_field_of_a_table_that_is_no_series",
        {"fit.csv": {"a": NUMBERS, "y": NUMBERS, "z": NUMBERS}},
        entry={**NUMBER, "kind": "field", "target": ["y", "z"], "target_shape": [1, 2]},
        says="Mend: set `as: series`; several numbers of a row are `kind: scalar`"),
    Odd("columns_are_left_out", {"fit.csv": table(b=NUMBERS)}, entry={"drop": ["b"]},
        check=lambda m: list(m.columns()) == ["a"]),
]
# fmt: on


def write(path: Path, content: Any) -> None:
    """Write a file as its content and its suffix tell."""
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content)
    elif path.suffix == ".npz":
        np.savez(path, **content)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            for key, values in content.items():
                file[key] = values
    else:
        pd.DataFrame(content).to_csv(path, index=False)


@pytest.mark.parametrize("odd", ODD, ids=[odd.name for odd in ODD])
def test_it_gets_the_right_answer(odd, through, tmp_path, caplog, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    for name, content in odd.files.items():
        write(Path(name), content)
    fit = next((name for name in odd.files if name.startswith("fit")), "fit.csv")
    test = next((name for name in odd.files if name.startswith("test")), "")
    entry = {**CLASSES, **odd.entry, "path": fit, "test_path": test}

    def make() -> Made:
        with caplog.at_level("INFO", logger="orca"):
            task = task_of("mine", entry, where="config.yaml, tasks")
            prepared = through("mine", task)
        return Made(*prepared, Schema.read(tmp_path / "prepared/schema.json"), caplog.text)

    if odd.says:
        with pytest.raises(OrcaError) as fault:
            make()
        assert re.search(odd.says, str(fault.value), flags=re.DOTALL), str(fault.value)
        assert "results" not in str(fault.value)
        return
    assert odd.check(make())
