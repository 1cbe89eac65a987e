"""Whoever wants to know is told of every epoch, and of no other."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_iris

from latentia import VAE
from latentia.training import after_epoch

X = load_iris().data


def small(**parameters):
    given = {"max_iter": 3, "hidden_layer_sizes": (8,), "random_state": 0, "verbose": False}
    return VAE(**{**given, **parameters})


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {"optimizer": "lbfgs"}])
def test_what_is_told_is_the_history(parameters):
    told = []
    with after_epoch(lambda record: told.append(dict(record))):
        model = small(**parameters).fit(X)
    assert told == model.history_.records
    assert ("validation_loss" in told[0]) == ("early_stopping" in parameters)
    model.fit(X)
    assert len(told) == len(model.history_)


def test_being_told_changes_nothing():
    with after_epoch(lambda record: None):
        told = small().fit(X)
    assert told.loss_curve_ == small().fit(X).loss_curve_


def test_an_error_ends_training():
    told = []

    def stop(record):
        told.append(record["epoch"])
        raise KeyError

    with pytest.raises(KeyError), after_epoch(stop):
        small().fit(X)
    assert told == [1]
    # The next fit is told of by nobody.
    assert len(small().fit(X).history_) == 3


def test_the_inner_block_is_told_and_then_the_outer_again():
    outer, inner = [], []
    with after_epoch(outer.append):
        with after_epoch(inner.append):
            small(max_iter=1).fit(X)
        small(max_iter=2).fit(X)
    assert (len(outer), len(inner)) == (2, 1)
