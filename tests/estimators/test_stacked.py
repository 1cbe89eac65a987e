"""Layers learn one after the other, and then are one deep model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import latentia
from latentia import VAE, Autoencoder, StackedAutoencoder, corruptions, recipes

X = load_digits().data / 16
QUIET = {"random_state": 0, "verbose": False}
LAYER = Autoencoder(code="sigmoid", corruption=corruptions.Masking(0.2), max_iter=5)


def stack(layers=(32, 16, 8), **parameters):
    return StackedAutoencoder(layers, **{"of": LAYER, "max_iter": 5, **QUIET, **parameters})


def weights(layer):
    return [tensor.clone() for tensor in layer.model_.state_dict().values()]


def test_lower_layers_are_the_same_whatever_lies_above_them():
    shallow, deep = stack((32,)).fit(X), stack((32, 16, 8)).fit(X)
    for a, b in zip(weights(shallow.layers_[0]), weights(deep.layers_[0]), strict=True):
        assert torch.equal(a, b)


def test_each_layer_learns_from_the_codes_below_and_needs_no_labels():
    model = stack().fit(X)
    codes = X
    for layer in model.layers_:
        alone = layer.__class__(**layer.get_params()).fit(codes)
        for a, b in zip(weights(alone), weights(layer), strict=True):
            assert torch.equal(a, b)
        codes = layer.transform(codes)
    with_labels = stack().fit(X, load_digits().target)
    assert np.array_equal(with_labels.transform(X), model.transform(X))


def test_unrolled_the_layers_are_one_model():
    model = stack(fine_tune=False).fit(X)
    codes = X
    for layer in model.layers_:
        codes = layer.transform(codes)
    assert np.allclose(model.transform(X), codes, atol=1e-6)
    for layer in reversed(model.layers_):
        codes = layer.inverse_transform(codes)
    assert np.allclose(model.reconstruct(X), codes, atol=1e-5)
    assert model.n_iter_ == 0 and model.loss_curve_ == {}


def test_training_the_whole_improves_on_the_layers_and_leaves_them():
    before = stack(fine_tune=False).fit(X)
    after = stack(max_iter=30).fit(X)
    error = [np.square(m.reconstruct(X) - X).sum(1).mean() for m in (before, after)]
    assert error[1] < 0.9 * error[0]
    for a, b in zip(before.layers_, after.layers_, strict=True):
        assert all(torch.equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def test_codes_in_the_unit_interval_are_predicted_as_rates_and_others_with_a_scale():
    rates = stack((16, 8)).fit(X).layers_[1]
    reals = stack((16, 8), of=Autoencoder(code="tanh", max_iter=2)).fit(X).layers_[1]
    assert (rates.likelihood_, reals.likelihood_) == ("bernoulli", "normal")


def test_the_layer_that_sees_the_data_may_say_their_likelihood():
    layer = LAYER.__class__(**{**LAYER.get_params(deep=False), "likelihood": "bernoulli"})
    assert stack(of=layer).fit(X).likelihood_ == "bernoulli"
    assert stack(of=layer, likelihood="normal").fit(X).likelihood_ == "normal"


@pytest.mark.parametrize(
    "of",
    [
        None,
        [LAYER, Autoencoder(tied=True, max_iter=2), VAE(max_iter=2)],
        Autoencoder(hidden_layer_sizes=(20,), code="top-k", max_iter=2),
    ],
    ids=["default", "mixed", "deep"],
)
def test_layers_of_any_kind_come_back_from_disk(of, tmp_path):
    model = stack(of=of) if of is not None else stack(of=None, layers=(8,), max_iter=2)
    if of is None:
        model.of = None
    model.fit(X[:200])
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    assert np.array_equal(again.transform(X), model.transform(X))
    assert np.array_equal(again.reconstruct(X), model.reconstruct(X))
    assert np.array_equal(again.predict(X), model.predict(X))


def test_the_same_seed_gives_the_same_stack():
    assert np.array_equal(stack().fit(X).transform(X), stack().fit(X).transform(X))


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"layers": ()}, r"layers=\(\) must be a sequence of positive integers"),
        ({"layers": (32, 0)}, r"layers=\(32, 0\)"),
        ({"layers": 32}, r"layers=32"),
        ({"layers": "32"}, r"layers='32'"),
        ({"of": [LAYER]}, r"of holds 1 estimators, but layers=\(32, 16, 8\) names 3"),
        ({"of": LogisticRegression()}, r"of=LogisticRegression\(\) must be an autoencoder"),
        ({"of": Autoencoder}, r"of=.* must be an autoencoder"),
        ({"of": Autoencoder(network="convolutional")}, r"image"),
    ],
)
def test_refusals(parameters, match):
    with pytest.raises(ValueError, match=match):
        stack(**parameters).fit(X)


def test_changing_a_part_of_a_made_model_leaves_the_recipe_alone():
    for name, recipe in recipes.recipes.items():
        if "of" in recipe.parameters:
            recipes.make(name).set_params(of__max_iter=77)
            assert recipe.parameters["of"].max_iter != 77
