"""Text tables and Parquet: numbers in, everything else refused with its place."""

import sys

import numpy as np
import pandas as pd
import pytest

from latentia.data import load


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def test_csv_with_text_labels(csv):
    data = load(csv("a,kind,b\n1,x,0.5\n2,y,1.5\n"), y="kind")
    assert data.schema.names == ("a", "b")
    assert data.X.tolist() == [[1, 0.5], [2, 1.5]]
    assert data.y.tolist() == ["x", "y"]


def test_csv_with_numeric_labels(csv):
    data = load(csv("a,b\n1,3\n2,4\n"), y="b")
    assert (data.X.tolist(), data.y.tolist()) == ([[1], [2]], [3, 4])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_and_byte_order_mark(csv, separator, encoding):
    text = "höhe,b\n1,3\n2,4\n".replace(",", separator)
    assert load(csv(text, encoding)).schema.names == ("höhe", "b")


def test_a_first_line_of_numbers_is_data_unless_it_counts(csv):
    data = load(csv("5.1,3.5\n4.9,3.0\n"))
    assert (data.schema.names, len(data)) == (None, 2)
    assert load(csv("0,1\n5.1,3.5\n4.9,3.0\n")).schema.names == ("0", "1")
    assert len(load(csv("0\n1\n0\n"))) == 3


def test_numbers_that_turn_up_late_in_a_column(csv):
    text = "a\n" + "1\n" * 300_000 + "2.5\n"
    assert load(csv(text)).X[-1, 0] == 2.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3,n/b\n", r"column 'b' is not numeric, row 2 .* 'n/b'; .* y='b'"),
        ("a,b\n2020-01-01,2\n2020-01-02,3\n", r"column 'a' is not numeric, row 1 .*'2020-01-01'"),
        ("a,b\n1,2\n3,\n", r"1 value\(s\) are missing .* row 2 .*, column 'b'"),
        ("a,b\n1,2\n3,inf\n", r"inf in row 2 .*, column 'b'"),
        (",a\n0,2\n1,3\n", "column 1 has no name"),
        ("a,a\n0,2\n1,3\n", "'a' 2 times"),
        ("a,b\n", r"2 column\(s\) but no rows"),
        ("a,b\n1,2,3\n4,5\n", "not a readable table .*Expected 2 columns, got 3"),
        ("", "empty"),
        ("a" * 131_073 + ",b\n1,2\n", r"first line is not a row of a table \(field larger"),
    ],
)
def test_refusals_name_file_and_place(csv, text, message):
    path = csv(text)
    with pytest.raises(ValueError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_refuses_other_encodings(csv):
    with pytest.raises(ValueError, match="not UTF-8"):
        load(csv("höhe,b\n1,2\n", encoding="latin-1"))


def test_label_column_that_is_not_there_or_not_whole(csv):
    with pytest.raises(ValueError, match=r"no column y='knd'; did you mean 'kind'\? Columns: 'a'"):
        load(csv("a,kind\n1,x\n2,y\n"), y="knd")
    with pytest.raises(ValueError, match=r"label column 'kind' has 1 missing .* row 2"):
        load(csv("a,kind\n1,3\n2,\n"), y="kind")
    for blank in ("", " ", "null", '""'):
        with pytest.raises(ValueError, match=r"label column 'kind' has 2 missing .* row 2"):
            load(csv(f"a,kind\n1,x\n2,{blank}\n3,{blank}\n"), y="kind")
    with pytest.raises(ValueError, match="no feature columns"):
        load(csv("kind\n1\n2\n"), y="kind")


def test_parquet_keeps_types_and_names(tmp_path):
    frame = pd.DataFrame({"a": np.array([1, 2], np.uint8), "b": np.array([3, 4], np.uint8)})
    frame.to_parquet(tmp_path / "t.parquet")
    data = load(tmp_path / "t.parquet")
    assert (data.X.dtype, data.schema.names) == (np.uint8, ("a", "b"))
    with pytest.raises(ValueError, match="x='a' cannot be chosen"):
        load(tmp_path / "t.parquet", x="a")


def test_refuses_a_stored_index_and_a_broken_file(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": [1, 2]}, index=[7, 9]).to_parquet(path)
    with pytest.raises(ValueError, match="column 2 has no name"):
        load(path)
    path.write_bytes(b"PAR1 but no more")
    with pytest.raises(ValueError, match="not a readable table"):
        load(path)


def test_missing_pyarrow_names_the_extra(csv, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    with pytest.raises(ImportError, match=r"needs pyarrow.*latentia\[data\]"):
        load(csv("a,b\n1,2\n3,4\n"))
