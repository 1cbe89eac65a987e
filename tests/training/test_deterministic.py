"""The same seed gives the same bits, and torch's own switches are left as they were."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris

from latentia import VAE, Autoencoder
from latentia.errors import IncompatiblePartsError
from latentia.training import after_epoch, deterministic

WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


def switches():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
        os.environ.get(WORKSPACE),
    )


def small(make=VAE, **parameters):
    given = {"max_iter": 2, "hidden_layer_sizes": (8,), "random_state": 0, "verbose": False}
    return make(**{**given, **parameters})


@pytest.fixture(params=["off", "warns", "on"])
def before(request, monkeypatch):
    """What the caller may have set."""
    monkeypatch.delenv(WORKSPACE, raising=False)
    raced = torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(request.param != "off", warn_only=request.param == "warns")
    torch.backends.cudnn.benchmark = True
    if request.param == "on":
        monkeypatch.setenv(WORKSPACE, ":16:8")
    yield switches()
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = raced


def test_switches_are_set_inside_and_given_back(before):
    with deterministic():
        assert switches() == (True, False, False, before[-1] or ":4096:8")
    assert switches() == before


def test_switches_are_given_back_after_an_error(before):
    with pytest.raises(KeyError), deterministic():
        raise KeyError
    assert switches() == before


def test_not_wanted_changes_nothing(before):
    with deterministic(False):
        assert switches() == before


def test_an_operation_without_such_an_algorithm_is_named():
    fault = r"^deterministic=True, but put_ has no algorithm here"
    with pytest.raises(IncompatiblePartsError, match=fault), deterministic():
        torch.zeros(3).put_(torch.tensor([0]), torch.tensor([1.0]))
    assert not torch.are_deterministic_algorithms_enabled()


def test_training_is_inside_and_nothing_else():
    seen = []
    with after_epoch(lambda record: seen.append(switches()[0])):
        small(deterministic=True).fit(load_iris().data)
        small().fit(load_iris().data)
    assert seen == [True, True, False, False]
    assert not switches()[0]


def test_switches_are_given_back_when_training_fails():
    def fail(record):
        raise KeyError

    with pytest.raises(KeyError), after_epoch(fail):
        small(deterministic=True).fit(load_iris().data)
    assert not switches()[0]


@pytest.mark.parametrize("network", ["mlp", "convolutional"])
@pytest.mark.parametrize("make", [VAE, Autoencoder])
def test_two_fits_are_equal_bit_for_bit(make, network):
    X = load_digits().images[:100]
    hidden = (8,) if network == "mlp" else (4, 4)
    model = small(make, network=network, hidden_layer_sizes=hidden, deterministic=True)
    first, again = (clone(model).fit(X) for _ in range(2))
    for a, b in zip(first.model_.parameters(), again.model_.parameters(), strict=True):
        assert torch.equal(a, b)
    assert first.loss_curve_ == again.loss_curve_
    assert np.array_equal(first.transform(X), again.transform(X))
    # On a CPU all algorithms are such already.
    free = clone(model).set_params(deterministic=False).fit(X)
    assert free.loss_curve_ == first.loss_curve_
