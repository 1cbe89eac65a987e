"""A parameter of the wrong kind is one sentence that names it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.datasets import load_iris

from latentia import VAE

IRIS = load_iris().data

WRONG = {
    "n_components": [0, 2.0, "2", True, None],
    "batch_size": [0, None, "all"],
    "max_iter": [0, 1.5, "many"],
    "n_iter_no_change": [0, 1.5],
    "hidden_layer_sizes": [5, 5.0, "64", (3, 0), (True,), np.array([2.5]), np.array(5), {8: 4}],
    "dropout": ["x", None, 1.0, -0.1, math.nan],
    "likelihood": [None, 3],
    "penalty_weight": ["x", None, -1.0, math.inf],
    "learning_rate": ["fast", None, 0.0, -1.0, math.nan, math.inf],
    "weight_decay": ["x", -1.0],
    "clip_norm": ["x", 0.0],
    "validation_fraction": ["x", 0.0, 1.0],
    "device": ["meta", "gpu", 7.5],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_refused_by_the_name_of_its_parameter(name, value):
    with pytest.raises(ValueError, match=f"^{name}="):
        VAE(**{"max_iter": 1, "verbose": False, name: value}).fit(IRIS)


def test_numbers_of_numpy_are_numbers():
    given = {
        "hidden_layer_sizes": np.array([16, 8]),
        "dropout": np.float32(0.1),
        "learning_rate": np.float64(1e-3),
        "max_iter": np.int32(2),
    }
    plain = {"hidden_layer_sizes": (16, 8), "dropout": float(np.float32(0.1))}
    common = {"max_iter": 2, "random_state": 0, "verbose": False}
    codes = [VAE(**{**common, **some}).fit(IRIS).transform(IRIS) for some in (given, plain)]
    np.testing.assert_array_equal(*codes)
