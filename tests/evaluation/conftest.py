"""Real data for every measure."""

import pytest

from latentia.data import load


@pytest.fixture(scope="session")
def digits():
    return load("digits")
