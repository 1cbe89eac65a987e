"""What is written is what is read, or nothing is."""

import numpy as np
import pytest

from latentia.data import load, write_table


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".parquet", ".CSV"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
def test_round_trip(tmp_path, suffix, dtype):
    X = (np.random.default_rng(0).normal(size=(20, 3)) * 100).astype(dtype)
    path = tmp_path / f"codes{suffix}"
    write_table(path, X)
    data = load(path)
    np.testing.assert_array_equal(data.X.astype(dtype), X)
    assert data.schema.names == (None if suffix == ".npy" else ("x0", "x1", "x2"))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_flatten_and_take_names(tmp_path, suffix):
    X = np.arange(12).reshape(3, 2, 2)
    path = tmp_path / f"codes{suffix}"
    write_table(path, X, names=list("abcd"))
    data = load(path)
    assert data.schema.names == tuple("abcd")
    np.testing.assert_array_equal(data.X, X.reshape(3, 4))
    write_table(path, np.arange(3))
    assert load(path).X.shape == (3, 1)


def test_npy_keeps_the_shape(tmp_path):
    write_table(tmp_path / "a.npy", np.zeros((3, 2, 2)))
    assert load(tmp_path / "a.npy").X.shape == (3, 2, 2)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_failed_write_leaves_the_old_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_table(path, np.eye(2))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="1 entries for 2 columns"):
        write_table(path, np.zeros((5, 2)), names=["a"])
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_refusals(tmp_path):
    with pytest.raises(ValueError, match=r"suffix '.txt' is unknown; .* \.csv, \.npy, \.parquet"):
        write_table(tmp_path / "a.txt", np.eye(2))
    with pytest.raises(ValueError, match=r"cannot be written \(No such file"):
        write_table(tmp_path / "no" / "a.csv", np.eye(2))
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(ValueError, match=r"cannot be written \(Is a directory"):
        write_table(tmp_path / "d.csv", np.eye(2))
    with pytest.raises(ValueError, match="Python objects"):
        write_table(tmp_path / "a.npy", np.array([None]))
    with pytest.raises(ValueError, match="no rows"):
        write_table(tmp_path / "a.npy", np.array(1.0))
    assert [file.name for file in tmp_path.iterdir()] == ["d.csv"]
