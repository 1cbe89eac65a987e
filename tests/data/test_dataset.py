"""A data set is checked once, at the door, and not copied."""

import numpy as np
import pytest

from latentia._blocks import BLOCK_VALUES
from latentia.data import Dataset


def test_keeps_the_array_itself():
    X = np.zeros((4, 3), np.uint8)
    data = Dataset.of(X, y=[0, 1, 2, 3])
    assert data.X is X
    assert np.shares_memory(data.head(2).X, X)
    assert len(data) == 4
    assert data.head(2).y.tolist() == [0, 1]


def test_head_describes_its_own_rows():
    data = Dataset.of(np.array([[1.0], [2.0], [9.0]]), names=["a"]).head(2)
    assert (data.schema.maximum, data.schema.names) == (2.0, ("a",))


def test_booleans_become_bytes_without_a_copy():
    X = np.array([[True, False], [False, True]])
    data = Dataset.of(X)
    assert data.X.dtype == np.uint8
    assert np.shares_memory(data.X, X)
    assert data.X.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("channels", [3, 4])
def test_channel_last_images_become_channel_first_views(channels):
    X = np.arange(2 * 5 * 6 * channels).reshape(2, 5, 6, channels)
    data = Dataset.of(X)
    assert data.schema.shape == (channels, 5, 6)
    assert np.shares_memory(data.X, X)
    assert (data.X[1, 2, 3, 4], X[1, 3, 4, 2]) == (X[1, 3, 4, 2], data.X[1, 2, 3, 4])


def test_one_channel_last_is_grey_and_channel_first_stays():
    assert Dataset.of(np.zeros((2, 5, 6, 1))).schema.shape == (5, 6)
    assert Dataset.of(np.zeros((2, 3, 6, 4))).schema.shape == (3, 6, 4)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 3)), "no rows"),
        (np.zeros((3, 0)), "no features"),
        (np.zeros(3), r"has shape \(3,\)"),
        (np.array([["a"], ["b"]]), "holds text"),
        (np.array([[1], [None]]), "holds Python objects"),
        (np.zeros((2, 2), complex), "holds complex128"),
        ([[1, 2], [3]], "rows of equal length"),
    ],
)
def test_refuses_what_is_no_data(X, message):
    with pytest.raises(ValueError, match=f"^lab: .*{message}"):
        Dataset.of(X, name="lab")


def test_values_that_are_not_finite_are_counted_and_placed():
    X = np.ones((5, 3))
    X[3, 1], X[4, 0] = np.nan, -np.inf
    with pytest.raises(ValueError, match=r"2 value.*nan at index \[3, 1\]"):
        Dataset.of(X)
    with pytest.raises(ValueError, match=r"nan in row 4 \(counting from 1\), column 'b'"):
        Dataset.of(X, names=["a", "b", "c"])
    images = np.ones((3, 2, 2))
    images[2, 1, 0] = np.inf
    with pytest.raises(ValueError, match=r"1 value.*inf at index \[2, 1, 0\]"):
        Dataset.of(images)


def test_the_place_counts_the_blocks_before():
    X = np.zeros((3, BLOCK_VALUES // 2 + 1), np.float16)
    X[2, 5] = np.nan
    with pytest.raises(ValueError, match=r"nan at index \[2, 5\]"):
        Dataset.of(X)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1, 2], r"shape \(2,\) for 3 examples"),
        (5, r"shape \(\) for 3 examples"),
        (["a", None, "b"], r"1 missing label\(s\), the first in row 2"),
        (np.array([0.0, 1.0, np.nan]), "the first in row 3"),
    ],
)
def test_refuses_labels_that_do_not_match(y, message):
    with pytest.raises(ValueError, match=message):
        Dataset.of(np.eye(3), y)


def test_the_text_nan_is_a_label():
    labels = np.array(["nan", "x", "y"], dtype=object)
    assert Dataset.of(np.eye(3), labels).y.tolist() == ["nan", "x", "y"]


@pytest.mark.parametrize("n", [0, -1, 1.5, "2"])
def test_refuses_a_number_of_examples_that_is_none(n):
    with pytest.raises(ValueError, match=f"n={n!r}"):
        Dataset.of(np.eye(3)).head(n)


def test_refuses_more_than_there_are():
    with pytest.raises(ValueError, match="n=4 but there are only 3"):
        Dataset.of(np.eye(3), n=4)


def test_only_the_examples_kept_are_checked():
    X = np.array([[1.0], [2.0], [np.nan]])
    assert len(Dataset.of(X, n=2)) == 2
