"""The mosaic of filters shows the weights that the first layer has, on both sides of zero."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from latentia import VAE, Autoencoder, RestrictedBoltzmannMachine, data
from latentia.plotting import mosaic, weights

RNG = np.random.default_rng(0)
SMALL = {"max_iter": 1, "random_state": 0, "verbose": False}
DIGITS = data.load("digits", n=50)


def shown(figure):
    return np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)


def largest_first(filters):
    return filters[np.argsort(-np.square(filters).sum((1, 2)))]


def test_filters_are_shown_the_largest_first():
    filters = RNG.normal(size=(9, 4, 5))
    np.testing.assert_allclose(shown(weights(filters)), mosaic(largest_first(filters), 3))
    figure = weights(filters, n=4)
    np.testing.assert_allclose(shown(figure), mosaic(largest_first(filters)[:4], 2))
    assert figure.axes[0].get_title() == "4 of 9 filters"


@pytest.mark.parametrize("estimator", [Autoencoder, VAE])
def test_a_model_shows_its_first_layer(estimator):
    model = estimator(2, hidden_layer_sizes=(16, 8), **SMALL).fit(DIGITS.X)
    layer = next(model.encoder_.parameters()).detach().numpy()
    assert layer.shape == (16, 64)
    expected = mosaic(largest_first(layer.reshape(16, *DIGITS.X.shape[1:])), 4)
    np.testing.assert_allclose(shown(weights(model)), expected)


def test_the_units_of_a_boltzmann_machine_are_shown():
    model = RestrictedBoltzmannMachine(16, **SMALL).fit(DIGITS.X)
    filters = model.model_.weight.detach().numpy().reshape(16, *DIGITS.X.shape[1:])
    np.testing.assert_allclose(shown(weights(model)), mosaic(largest_first(filters), 4))


def test_zero_is_in_the_middle_and_one_outlier_does_not_set_the_scale():
    for filters in (RNG.normal(size=(4, 8, 8)) + 5, np.eye(9).reshape(9, 3, 3)):
        low, high = weights(filters).axes[0].images[0].get_clim()
        assert low == -high < 0
    spiked = np.full((4, 8, 8), 0.1)
    spiked[0, 0, 0] = 100
    assert weights(spiked).axes[0].images[0].get_clim() == (-0.1, 0.1)
    assert weights(np.zeros((1, 2, 2))).axes[0].images[0].get_clim() == (-1, 1)


def test_channels_are_averaged():
    filters = RNG.normal(size=(4, 3, 2, 2))
    expected = mosaic(largest_first(filters.mean(axis=1)), 2)
    np.testing.assert_allclose(shown(weights(filters)), expected)


def test_it_goes_where_it_is_told():
    figure = Figure()
    assert weights(np.eye(4).reshape(4, 2, 2), ax=figure.add_subplot()) is figure


def test_refusals():
    folded = Autoencoder(network="convolutional", **SMALL).fit(DIGITS.X)
    with pytest.raises(ValueError, match=r"encoder of Autoencoder starts with Conv2d.*'mlp'"):
        weights(folded)
    table = Autoencoder(**SMALL).fit(DIGITS.X.reshape(50, -1))
    with pytest.raises(ValueError, match=r"\(256, 64\); weights are drawn of models of images"):
        weights(table)
    with pytest.raises(ValueError, match="n=0"):
        weights(np.ones((1, 2, 2)), n=0)
    with pytest.raises(ValueError, match="finite"):
        weights(np.full((1, 2, 2), np.nan))
