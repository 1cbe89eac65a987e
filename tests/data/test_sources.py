"""Every built-in set loads under its own name."""

import numpy as np
import pytest
from sklearn import datasets

from latentia.data import load, sources


def test_names_are_sorted_and_their_own():
    assert list(sources) == sorted(sources)
    assert all(source.name == name for name, source in sources.items())
    assert all(source.description and "\n" not in source.description for source in sources.values())


@pytest.mark.parametrize("name", list(sources))
def test_each_loads(name):
    data = load(name)
    assert data.name == name
    assert len(data.y) == len(data) == len(data.X)
    assert data.schema.shape == data.X.shape[1:]
    assert len(load(name, n=5)) == 5


def test_digits_are_images():
    data = load("digits")
    assert (data.X.shape, data.X.dtype) == ((1797, 8, 8), np.float32)
    assert (data.schema.minimum, data.schema.maximum) == (0, 16)


@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine"])
def test_tables_keep_values_labels_and_names(name):
    bunch = getattr(datasets, f"load_{name}")()
    data = load(name)
    np.testing.assert_array_equal(data.X, bunch.data)
    np.testing.assert_array_equal(data.y, bunch.target)
    assert data.schema.names == tuple(bunch.feature_names)
