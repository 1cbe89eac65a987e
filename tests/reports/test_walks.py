"""Walks start at the prior that codes are sampled from, and numbers are read back as drawn."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

from latentia import VAE, Autoencoder, plotting
from latentia.data import Dataset
from latentia.reports import album, figure_numbers, observe, prior_spread, walk_dimensions

DIGITS = load_digits().images[:60], load_digits().target[:60]
IRIS = load_iris()
FEW = IRIS.data[::3], IRIS.target[::3]
QUICK = {"max_iter": 3, "random_state": 0, "verbose": False}


def test_the_spread_is_that_of_what_is_sampled():
    model = Autoencoder(n_components=3, **QUICK).fit(IRIS.data)
    loc, scale = prior_spread(model)
    codes = model.transform(IRIS.data)
    np.testing.assert_allclose(loc, codes.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scale, codes.std(axis=0), rtol=1e-3)


@pytest.mark.parametrize("prior", ["learned", "mixture", "vamp", "flow"])
def test_every_prior_has_one(prior):
    model = VAE(n_components=2, prior=prior, **QUICK).fit(IRIS.data)
    loc, scale = prior_spread(model)
    assert loc.shape == scale.shape == (2,)
    assert np.isfinite(loc).all() and (scale > 0).all()


def test_directions_are_measured_from_the_centre_of_their_sphere():
    model = VAE(n_components=3, posterior="power-spherical", **QUICK).fit(IRIS.data)
    np.testing.assert_array_equal(prior_spread(model), [[0, 0, 0], [1, 1, 1]])
    assert walk_dimensions(observe(model, Dataset.of(IRIS.data))).axes


def test_a_deterministic_code_is_ordered_by_its_variance():
    model = Autoencoder(n_components=3, **QUICK).fit(IRIS.data)
    figure = walk_dimensions(observe(model, Dataset.of(IRIS.data)))
    variances = np.sort(model.transform(IRIS.data).var(axis=0))[::-1]
    titles = [ax.get_title() for ax in figure.axes[:3]]
    assert [title.split("  ")[1] for title in titles] == [f"{v:.2f} variance" for v in variances]


@pytest.mark.parametrize(
    "model",
    [
        VAE(n_components=2, **QUICK),
        VAE(n_components=1, **QUICK),
        VAE(posterior="categorical", **QUICK),
        VAE(condition="y", **QUICK),
        Autoencoder(code="finite-scalar", n_components=4, **QUICK),
    ],
    ids=["plane", "line", "categories", "conditional", "levels"],
)
def test_every_picture_of_any_model_is_drawn_or_has_no_meaning(model):
    for X, y in (FEW, DIGITS):
        seen = observe(model.fit(X, y), Dataset.of(X, y))
        drawn = {name: picture.draw(seen) for name, picture in album.items()}
        known = {name: figure for name, figure in drawn.items() if figure is not None}
        assert {"neighbors", "energies", "latent_map"} <= set(known)
        for figure in known.values():
            assert json.dumps(figure_numbers(figure), allow_nan=False)


def test_numbers_are_those_drawn():
    (curve,) = figure_numbers(plotting.loss_curves({"loss": [3.0, 2.5, 2.0]}))
    assert curve["lines"] == [{"label": "training", "x": [1, 2, 3], "y": [3, 2.5, 2]}]
    (image,) = figure_numbers(plotting.samples(np.arange(8.0).reshape(2, 2, 2)))
    assert image["images"] == [[[0, 1, None, 4, 5], [2, 3, None, 6, 7]]]
    (field,) = figure_numbers(plotting.vector_field(lambda x: 2 * x, [[0.0, 0], [1.0, 1.0]], n=2))
    (arrows,) = field["arrows"]
    np.testing.assert_allclose(arrows["uv"], arrows["xy"], rtol=1e-5)
