"""The code that explains an example best, for every estimator with a decoder."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris

from latentia import VAE, Autoencoder, HierarchicalVAE, SemiSupervisedVAE, StackedAutoencoder
from latentia.errors import IncompatiblePartsError
from latentia.heads import VectorQuantized

IRIS, SPECIES = load_iris(return_X_y=True)
DIGITS = load_digits().data[:300] / 16


def quick(make, *args, **parameters):
    return make(*args, **{"max_iter": 3, "random_state": 0, "verbose": False, **parameters})


def test_the_code_of_a_linear_gaussian_model_is_the_ridge_solution():
    model = quick(VAE, 2, hidden_layer_sizes=(), max_iter=20).fit(IRIS)
    named = dict(model.decoder_.net.named_parameters())
    W = next(p for n, p in named.items() if n.endswith("weight")).detach().double().numpy()
    b = next(p for n, p in named.items() if n.endswith("bias")).detach().double().numpy()
    with torch.no_grad():
        variance = float(model.decoder_(torch.zeros(1, 2)).variance.flatten()[0])
    x = (IRIS - model.scaling_.shift.numpy()) / model.scaling_.scale.numpy()
    ridge = np.linalg.solve(W.T @ W + variance * np.eye(2), W.T @ (x - b).T).T
    assert np.allclose(model.most_likely_code(IRIS), ridge, atol=1e-4)


@pytest.mark.parametrize("parameters", [{}, {"likelihood": "bernoulli"}, {"posterior": "laplace"}])
def test_it_is_never_worse_than_the_encoder(parameters):
    model = quick(VAE, 3, **parameters).fit(DIGITS)
    codes, report = model.most_likely_code(DIGITS, n_restarts=2, n_steps=60, return_report=True)
    assert (report.energy <= report.start).all()
    assert report.energy.mean() < report.start.mean() - 0.01

    def energy(z):
        z = torch.from_numpy(z)
        x = model.as_batch(DIGITS).x
        with torch.no_grad():
            joint = model.decoder_(z).log_prob(x) + model.model_.prior().log_prob(z)
        return -joint.numpy()

    # Apart from the units of the data, in which energies are reported.
    gained = energy(model.transform(DIGITS)) - energy(codes)
    assert np.allclose(gained, report.start - report.energy, atol=1e-3)
    assert codes.dtype == model.transform(DIGITS).dtype


def test_without_a_prior_only_the_example_counts():
    model = quick(Autoencoder, 2, norm="squared_error").fit(IRIS)
    codes, report = model.most_likely_code(IRIS, return_report=True)
    missed = (IRIS - model.inverse_transform(codes)) / model.scaling_.scale.numpy()
    assert np.allclose(np.square(missed).sum(1), report.energy, atol=1e-4)
    assert np.allclose(report.start, model.energy(IRIS), atol=1e-4)


def test_codes_in_the_unit_interval_stay_there():
    codes = quick(Autoencoder, 3, code="sigmoid").fit(IRIS).most_likely_code(IRIS)
    assert codes.min() >= 0 and codes.max() <= 1


@pytest.mark.parametrize(
    "model",
    [
        quick(HierarchicalVAE, (3, 2)),
        quick(StackedAutoencoder, (3, 2), of=quick(Autoencoder)),
        quick(SemiSupervisedVAE, 2),
        quick(VAE, 2, condition="y", conditioned=("decoder", "prior")),
        quick(VAE, 2, prior="vamp", precision="float64"),
        quick(VAE, 2, prior="flow"),
    ],
    ids=["hierarchy", "stack", "semi-supervised", "conditional", "vamp", "flow"],
)
def test_every_estimator_has_it(model):
    model.fit(IRIS, SPECIES)
    y = SPECIES if model.conditions_ is not None else None
    codes, report = model.most_likely_code(IRIS, y, n_restarts=2, n_steps=20, return_report=True)
    assert codes.shape == (150, model.n_components_)
    assert (report.energy <= report.start).all()


def test_it_is_always_the_same_and_does_not_depend_on_the_company():
    model = quick(VAE, 2).fit(IRIS)
    codes = model.most_likely_code(IRIS)
    assert np.array_equal(codes, model.most_likely_code(IRIS))
    assert np.allclose(codes[:10], model.most_likely_code(IRIS[:10]), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "parameters"),
    [
        (VAE, {"posterior": "von-mises-fisher"}),
        (VAE, {"posterior": "categorical"}),
        (Autoencoder, {"code": "top-k"}),
        (Autoencoder, {"code": partial(VectorQuantized, n_codes=8)}),
    ],
)
def test_codes_that_are_not_any_numbers_are_refused(make, parameters):
    model = quick(make, 4, max_iter=1, **parameters)
    if parameters.get("posterior") == "categorical":
        model.set_params(objective="wake-sleep")
    with pytest.raises(IncompatiblePartsError, match="most_likely_code and codes"):
        model.fit(IRIS).most_likely_code(IRIS)


@pytest.mark.parametrize("name", ["n_restarts", "n_steps"])
def test_a_search_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}=0 must be"):
        quick(VAE).fit(IRIS).most_likely_code(IRIS, **{name: 0})
