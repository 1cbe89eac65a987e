"""Real data for every measure."""

import os

import numpy as np
import pytest

from latentia.data import load


@pytest.fixture(scope="session")
def digits():
    return load("digits")


@pytest.fixture(scope="session")
def mnist():
    """Training and test digits as pixels in [0, 1], from the file that LATENTIA_MNIST names."""
    path = os.environ.get("LATENTIA_MNIST")
    if path is None:
        pytest.skip("LATENTIA_MNIST names no .npz file with x_train and x_test")
    with np.load(path) as file:
        parts = (file[name] for name in ("x_train", "x_test"))
        return [part.reshape(-1, 784).astype(np.float32) / 255 for part in parts]
