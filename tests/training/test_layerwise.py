"""Layer after layer: the same as by hand, and nothing below is touched."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neural_network import BernoulliRBM

from latentia.training import fit_layerwise

X = load_digits().data[:200] / 16


def stack():
    machine = BernoulliRBM(16, n_iter=3, random_state=0)
    return [machine, BernoulliRBM(8, n_iter=3, random_state=1), PCA(2, svd_solver="full")]


def test_equals_a_loop_by_hand():
    layers, by_hand = stack(), stack()
    codes = fit_layerwise(layers, X)
    expected = X
    for layer in by_hand:
        expected = layer.fit(expected).transform(expected)
    assert np.array_equal(codes, expected)
    assert np.array_equal(layers[0].components_, by_hand[0].components_)


def test_layers_below_and_data_are_only_read():
    layers, seen, before = stack(), [], X.copy()
    fit_layerwise(layers, X, report=lambda index, layer: seen.append((index, pickle.dumps(layer))))
    assert [index for index, _ in seen] == [0, 1, 2]
    assert [pickle.dumps(layer) for layer in layers] == [state for _, state in seen]
    assert np.array_equal(X, before)


class NoLabels:
    def fit(self, X):
        return self

    def transform(self, X):
        return X


def test_labels_are_never_given():
    assert fit_layerwise([NoLabels()], X) is X


def test_what_is_no_layer_is_named():
    twice = PCA(2)
    with pytest.raises(ValueError, match="layers is empty"):
        fit_layerwise([], X)
    with pytest.raises(TypeError, match=r"layers\[1\]=3 must be an object with fit"):
        fit_layerwise([PCA(4), 3], X)
    with pytest.raises(TypeError, match=r"layers\[0\]=<class .*PCA'> must be an object"):
        fit_layerwise([PCA], X)
    with pytest.raises(ValueError, match=r"layers\[1\] is the same object"):
        fit_layerwise([twice, twice], X)
