import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orca.data.schema import Schema, frame_of, layout_of
from orca.data.table import codes, learn, present, read_arff, tidied, values_of, write_arff
from orca.errors import DataError


def texts(name, values, categories):
    return pd.Series(pd.Categorical(values, categories), name=name)


NUMBERS = pd.Series([1.5, -2.0, 0.1, 7.0], name="length")
GAPS = pd.Series([1.0, None, 3.0, 4.0], name="width")
COLOURS = texts("colour", ["red", "blue", None, "red"], ["blue", "green", "red"])
SIZES = texts("size", ["s", "m", "m", "s"], ["s", "m"])


def test_a_table_survives_its_file(tmp_path):
    columns = [NUMBERS, GAPS, COLOURS, SIZES]
    write_arff(tmp_path / "table.arff", relation="some", columns=columns)
    for read, column in zip(read_arff(tmp_path / "table.arff"), columns, strict=True):
        pd.testing.assert_series_equal(read, column)


def test_a_column_without_any_value_survives_its_file(tmp_path):
    empty = texts("empty", [None, None, None, None], [])
    write_arff(tmp_path / "table.arff", relation="some", columns=[NUMBERS, empty])
    assert read_arff(tmp_path / "table.arff")[1].isna().all()


@pytest.mark.parametrize("text", ["{x}", "}", "x}"])
def test_a_category_with_a_brace_is_refused_when_it_is_written(tmp_path, text):
    column = texts("kind", [text, "b"], [text, "b"])
    with pytest.raises(DataError, match="the column 'kind'.*holds a brace"):
        write_arff(tmp_path / "table.arff", relation="some", columns=[column])
    assert not (tmp_path / "table.arff").exists()


@pytest.mark.parametrize("kind", ["string", "date 'yyyy'"])
def test_a_column_of_another_kind_is_refused_by_its_name(tmp_path, kind):
    file = tmp_path / "table.arff"
    file.write_text(f"@relation r\n@attribute a real\n@attribute note {kind}\n@data\n1,2001\n")
    with pytest.raises(DataError, match="note|line 3"):
        read_arff(file)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_survive_the_file_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("arff") / "table.arff"
    write_arff(path, relation="some", columns=[pd.Series(values, name="x")])
    assert read_arff(path)[0].tolist() == values


def encoded(columns):
    learnt = learn(columns)
    schema = Schema(columns=learnt, layout=layout_of(learnt))
    return schema, schema.inputs(values_of(columns, learnt))


def test_a_table_of_numbers_has_a_channel_per_complete_column():
    schema, inputs = encoded([NUMBERS, GAPS])
    assert inputs.shape == (4, 1, 1)
    np.testing.assert_allclose(inputs[:, 0, 0], NUMBERS, rtol=1e-6)
    assert schema.normalised.all()


def test_a_mixed_table_has_a_place_per_column_categorical_ones_first():
    _, inputs = encoded([NUMBERS, GAPS, COLOURS, SIZES])
    # Colours: blue, red, missing; "green" does not occur.
    assert inputs.shape == (4, 3, 4)
    expected = [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    np.testing.assert_array_equal(inputs[:, :, 0], expected)
    np.testing.assert_array_equal(inputs[:, :2, 1], [[1, 0], [0, 1], [0, 1], [1, 0]])
    np.testing.assert_allclose(inputs[:, 0, 2], NUMBERS, rtol=1e-6)
    np.testing.assert_array_equal(inputs[:, 0, 3], [1, 0, 3, 4])
    assert not inputs[:, 1:, 2:].any()


def test_a_table_without_a_complete_column_is_refused():
    with pytest.raises(DataError, match="missing values"):
        learn([GAPS])


@pytest.mark.parametrize("columns", [[NUMBERS, COLOURS, SIZES], [NUMBERS]])
def test_a_table_comes_back_from_its_inputs(columns):
    schema, inputs = encoded(columns)
    frame = frame_of(inputs, schema)
    assert set(frame) == {column.name for column in columns}
    np.testing.assert_allclose(frame["length"], NUMBERS, rtol=1e-6)
    for column in columns[1:]:
        assert frame[column.name].cat.categories.tolist() == present(column)
        assert frame[column.name].astype(object).equals(column.astype(object))


def test_a_schema_survives_its_file(tmp_path):
    schema, _ = encoded([NUMBERS, COLOURS])
    schema.write(tmp_path / "schema.json")
    assert Schema.read(tmp_path / "schema.json") == schema


def test_question_marks_count_as_missing():
    column = tidied(pd.Series(["a", "?", None, "b"], name="x"), categorical=True)
    assert present(column) == ["a", "b"]
    assert codes(column).tolist() == [0, -1, -1, 1]


def test_declared_categories_keep_their_order():
    series = pd.Series(pd.Categorical(["low", "high"], categories=["low", "mid", "high"]), name="x")
    assert present(tidied(series, categorical=True)) == ["low", "high"]


@pytest.mark.parametrize("content", ["", "<html>", "@RELATION x\n@ATTRIBUTE a REAL\n@DATA\n"])
def test_what_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "table.arff").write_text(content)
    with pytest.raises(DataError, match="table.arff"):
        read_arff(tmp_path / "table.arff")
