"""Frames of every library give one array."""

import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from latentia.data import frame_to_array, load

LIBRARIES = [pd.DataFrame, pl.DataFrame, pa.table]
each = pytest.mark.parametrize("frame", LIBRARIES, ids=["pandas", "polars", "pyarrow"])


@each
def test_values_names_and_labels(frame):
    table = frame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False], "kind": ["u", "v"]})
    data = load(table, y="kind")
    assert data.X.tolist() == [[1, 0.5, 1], [2, 1.5, 0]]
    assert data.schema.names == ("a", "b", "c")
    assert data.y.tolist() == ["u", "v"]


@each
def test_labels_may_come_as_an_array(frame):
    data = load(frame({"a": [1, 2]}), y=pd.Series(["u", "v"]))
    assert data.y.tolist() == ["u", "v"]


@each
def test_small_types_stay_small(frame):
    columns = {name: np.array([1, 2], np.uint8) for name in "ab"}
    assert frame_to_array(frame(columns))[0].dtype == np.uint8


@each
def test_text_and_gaps_are_placed(frame):
    with pytest.raises(ValueError, match=r"^frame: column 'b' is not numeric, row 2 .*'v'"):
        load(frame({"a": [1, 2], "b": ["1", "v"]}))
    with pytest.raises(ValueError, match=r"1 value.*row 2 .*, column 'a'"):
        load(frame({"a": [1, None], "b": [1, 2]}))
    with pytest.raises(ValueError, match=r"label column 'b' has 1 missing .* row 1 "):
        load(frame({"a": [1, 2], "b": [None, "v"]}), y="b")


@pytest.mark.parametrize("frame", [pl.DataFrame, pa.table])
def test_decimals_are_numbers(frame):
    array, _ = frame_to_array(frame({"a": [decimal.Decimal("1.5"), decimal.Decimal("2.5")]}))
    assert array.dtype == np.float64
    assert array.tolist() == [[1.5], [2.5]]


def test_pandas_nullable_and_categorical_columns():
    frame = pd.DataFrame({"a": pd.array([1, 2], "Int64"), "kind": pd.Categorical(["u", "v"])})
    assert load(frame, y="kind").X.tolist() == [[1], [2]]
    frame = pd.DataFrame(
        {"a": pd.array([1, None], "Int64"), "b": pd.array([True, None], "boolean")}
    )
    with pytest.raises(ValueError, match=r"2 value.*column 'a'"):
        load(frame)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": pd.Categorical([1, 2])}),
        pa.table({"a": pa.array([1, 2]).dictionary_encode()}),
        pl.DataFrame({"a": pl.Series(["1", "2"], dtype=pl.Enum(["1", "2"]))}),
    ],
    ids=["pandas", "pyarrow", "polars"],
)
def test_categories_are_not_numbers(table):
    with pytest.raises(ValueError, match=r"column 'a' is categorical, .* cast it to numbers"):
        load(table)


@each
def test_blank_labels_are_missing(frame):
    with pytest.raises(ValueError, match=r"label column 'b' has 2 missing .* row 2 "):
        load(frame({"a": [1, 2, 3], "b": ["u", "", None]}), y="b")


def test_two_columns_of_one_name():
    with pytest.raises(ValueError, match=r"^frame: two columns .*'a' 2 times"):
        load(pd.DataFrame(np.eye(2), columns=["a", "a"]))


def test_lazy_frames_and_strangers():
    with pytest.raises(TypeError, match="LazyFrame is not an eager data frame; collect"):
        load(pl.LazyFrame({"a": [1, 2]}))
    with pytest.raises(TypeError, match="ndarray is not an eager data frame"):
        frame_to_array(np.eye(2))
