"""numpy's files: mapped, not read, and chosen by name."""

import numpy as np
import pytest
import torch

from latentia.data import load


def test_npy_stays_on_disk(tmp_path):
    X = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    np.save(tmp_path / "x.npy", X)
    data = load(tmp_path / "x.npy", n=3)
    assert isinstance(data.X, np.memmap)
    np.testing.assert_array_equal(data.X, X[:3])


@pytest.mark.parametrize(
    ("stored", "loaded"),
    [
        (">f4", np.float32),
        (">i8", np.int64),
        (">u2", np.uint16),
        (np.longdouble, np.float64),
        (np.float16, np.float16),
    ],
)
def test_foreign_types_become_those_of_torch(tmp_path, stored, loaded):
    X = np.arange(6).reshape(3, 2)
    np.save(tmp_path / "x.npy", X.astype(stored))
    data = load(tmp_path / "x.npy")
    assert data.X.dtype == np.dtype(loaded)
    np.testing.assert_array_equal(torch.from_numpy(np.array(data.X)).numpy(), X)


def test_npy_takes_labels_as_an_array(tmp_path):
    np.save(tmp_path / "x.npy", np.eye(3))
    data = load(tmp_path / "x.npy", y=["a", "b", "c"], n=2)
    assert isinstance(data.X, np.memmap)
    assert data.y.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "not a readable file"), (b"a,b\n1,2\n", "not a readable file")]
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_refuses_other_files(tmp_path, suffix, content, message):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_refuses_a_file_cut_short(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.eye(50))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="not a readable file"):
        load(path)


def test_refuses_python_objects(tmp_path):
    np.save(tmp_path / "x.npy", np.array([[1], ["a"]], dtype=object))
    with pytest.raises(ValueError, match="not a readable file of plain numbers"):
        load(tmp_path / "x.npy")
    np.savez(tmp_path / "x.npz", x=np.array([[1], ["a"]], dtype=object))
    with pytest.raises(ValueError, match="not a readable file of plain numbers"):
        load(tmp_path / "x.npz")


def test_npz_pairs_features_with_their_labels(tmp_path):
    arrays = {
        "x_train": np.zeros((4, 2)),
        "y_train": np.zeros(4),
        "x_test": np.ones((4, 2)),
        "y_test": np.ones(4),
    }
    np.savez(tmp_path / "m.npz", **arrays)
    train, test = load(tmp_path / "m.npz"), load(tmp_path / "m.npz", x="x_test")
    assert (train.X.max(), train.y.max()) == (0, 0)
    assert (test.X.min(), test.y.min()) == (1, 1)
    assert load(tmp_path / "m.npz", y="y_test").y.min() == 1


def test_npz_never_borrows_the_labels_of_another_part(tmp_path):
    np.savez(tmp_path / "m.npz", x_test=np.eye(3), x_train=np.eye(3), y_train=np.arange(3))
    assert load(tmp_path / "m.npz", x="x_test").y is None


@pytest.mark.parametrize("features", ["X", "data", "images"])
@pytest.mark.parametrize("labels", ["y", "labels", "target"])
def test_npz_defaults(tmp_path, features, labels):
    np.savez(tmp_path / "m.npz", **{features: np.eye(3), labels: np.arange(3), "other": np.eye(2)})
    data = load(tmp_path / "m.npz")
    assert data.X.shape == (3, 3)
    assert data.y.tolist() == [0, 1, 2]


def test_npz_with_one_array_needs_no_name(tmp_path):
    np.savez(tmp_path / "m.npz", scans=np.eye(3), y=np.arange(3))
    assert load(tmp_path / "m.npz").y.tolist() == [0, 1, 2]


def test_npz_guesses_no_labels_of_another_length(tmp_path):
    np.savez(tmp_path / "m.npz", x=np.eye(3), y=np.arange(5))
    assert load(tmp_path / "m.npz").y is None
    with pytest.raises(ValueError, match=r"y has shape \(5,\) for 3 examples"):
        load(tmp_path / "m.npz", y="y")


def test_npz_lists_what_it_holds_when_in_doubt(tmp_path):
    np.savez(tmp_path / "m.npz", left=np.eye(3), right=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"x= must say .* left \(3, 3\), right \(3, 2\)"):
        load(tmp_path / "m.npz")
    with pytest.raises(ValueError, match=r"no array x='lef'.* left \(3, 3\)"):
        load(tmp_path / "m.npz", x="lef")
    with pytest.raises(ValueError, match=r"no array y='z'"):
        load(tmp_path / "m.npz", x="left", y="z")


def test_refuses_a_damaged_member(tmp_path):
    path = tmp_path / "m.npz"
    np.savez(path, x=np.eye(50))
    content = bytearray(path.read_bytes())
    content[5000] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a readable file"):
        load(path)
