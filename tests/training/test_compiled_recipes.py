"""Recipes learn the same from compiled steps, or say why theirs cannot be compiled."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from sklearn.datasets import load_digits

from latentia import recipes
from latentia.errors import IncompatiblePartsError

DIGITS = load_digits()
SMALL = {"max_iter": 3, "batch_size": 16, "random_state": 0, "verbose": False, "device": "cpu"}
#: `make soak` takes all, in half an hour.
FEW = ("constrained-vae", "factor-vae", "vq-vae")
RECIPES = recipes.names() if os.environ.get("LATENTIA_SOAK") else FEW

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.skipif(
        shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler"
    ),
]


def fit(name, compile):
    model = recipes.make(name, compile=compile, **SMALL)
    if "of" in recipes.recipes[name].parameters:
        model.set_params(of__max_iter=1)
    x = DIGITS.images[:72].astype(np.float32)
    x = x if name == "count-vae" else x / 16
    y = np.where(np.arange(72) % 2, DIGITS.target[:72], -1)
    return model.fit(x, y), x, y


@pytest.mark.parametrize("name", RECIPES)
def test_compiled_steps_learn_the_same_or_are_refused(name):
    plain, x, y = fit(name, compile=False)
    try:
        fast, *_ = fit(name, compile=True)
    except IncompatiblePartsError as error:
        assert name not in FEW and "cannot be compiled" in str(error)
        return
    for term in plain.history_.curves():
        expected = np.array(plain.history_.curve(term))
        np.testing.assert_allclose(
            fast.history_.curve(term), expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
        )
    np.testing.assert_allclose(fast.transform(x, y), plain.transform(x, y), rtol=2e-2, atol=2e-3)
