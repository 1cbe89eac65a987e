"""Every recipe: two processes end with the same model, or say why they cannot."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from latentia import recipes
from latentia.errors import IncompatiblePartsError

DIGITS = load_digits()
SMALL = {"max_iter": 1, "batch_size": 16, "random_state": 0, "verbose": False, "device": "cpu"}


def fit(name):
    model = recipes.make(name, **SMALL)
    if "of" in recipes.recipes[name].parameters:
        model.set_params(of__max_iter=1)
    x = DIGITS.images[:50].astype(np.float32)
    x = x if name == "count-vae" else x / 16
    y = np.where(np.arange(50) % 2, DIGITS.target[:50], -1)
    try:
        model.fit(x, y)
    except IncompatiblePartsError as error:
        return str(error)
    states = model.model_.state_dict().values()
    return torch.cat([s.double().flatten() for s in states]), model.transform(x, y)


@pytest.mark.parametrize("name", recipes.names())
def test_both_end_with_the_same_model_or_it_is_refused(name, pair):
    first, second = pair(fit, name)
    if isinstance(first, str):
        assert first == second and "2 processes do not fit" in first
        return
    assert torch.equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
