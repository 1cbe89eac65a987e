"""The code that explains an example best, for every estimator with a decoder."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris

from latentia import (
    VAE,
    Autoencoder,
    DeepBeliefNetwork,
    HierarchicalVAE,
    RestrictedBoltzmannMachine,
    SemiSupervisedVAE,
    StackedAutoencoder,
)
from latentia.errors import IncompatiblePartsError
from latentia.heads import OneHot, VectorQuantized

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


def brute(model, X, codes):
    """Energies of all codes, by the decoder and the prior alone, shape (m, n)."""
    x = model.as_batch(X).x
    with torch.no_grad():
        z = torch.as_tensor(codes, dtype=x.dtype).unsqueeze(1)
        energies = -model.decoder_(z).log_prob(x)
        prior = model.model_.prior
        return (energies if prior is None else energies - prior().log_prob(z)).numpy()


@pytest.mark.parametrize("variables", [1, 2])
def test_categories_are_all_compared(variables):
    make = partial(OneHot, n_variables=variables)
    model = quick(VAE, 6, posterior=make, objective="wake-sleep").fit(IRIS)
    words = np.eye(6 // variables)
    codes = [np.concatenate(c) for c in itertools.product(words, repeat=variables)]
    best = np.stack(codes)[brute(model, IRIS, np.stack(codes)).argmin(0)]
    found, report = model.most_likely_code(IRIS, return_report=True)
    assert np.array_equal(found, best) and report.converged.all()
    assert (report.energy <= report.start).all()


def test_words_of_a_codebook_are_all_compared():
    make = partial(VectorQuantized, n_codes=8, n_vectors=2)
    model = quick(Autoencoder, 4, code=make).fit(IRIS)
    words = model.model_.encoder.head.codebook.detach().numpy()
    codes = np.stack([np.concatenate(c) for c in itertools.product(words, repeat=2)])
    best = codes[brute(model, IRIS, codes).argmin(0)]
    found, report = model.most_likely_code(IRIS, return_report=True)
    assert np.allclose(found, best) and (report.energy <= report.start).all()
    assert (report.energy < report.start - 1e-6).any()


@pytest.mark.parametrize("hidden", ["bernoulli", "normal"])
def test_the_hidden_states_of_a_machine_are_exact(hidden):
    X = (DIGITS[:40, 20:30] > 0.5).astype(float)
    model = quick(RestrictedBoltzmannMachine, 4, hidden=hidden, likelihood="bernoulli").fit(X)
    found, report = model.most_likely_code(X, return_report=True)
    v = torch.from_numpy(X).float().unsqueeze(1)
    others = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))
    with torch.no_grad():
        least = model.model_.energy(v.expand(-1, 16, -1), others.expand(40, -1, -1)).amin(1).numpy()
    if hidden == "bernoulli":
        assert np.allclose(report.energy, least, atol=1e-5)
        assert np.array_equal(found, model.transform(X) > 0.5)
    assert (report.energy <= least + 1e-5).all() and (report.energy <= report.start).all()


@pytest.mark.parametrize(
    ("make", "parameters", "why"),
    [
        (VAE, {"posterior": "von-mises-fisher"}, "directions"),
        (VAE, {"posterior": "gumbel-softmax"}, "corners"),
        (Autoencoder, {"code": "top-k"}, "which of its numbers are 0"),
        (Autoencoder, {"code": partial(VectorQuantized, n_codes=64, n_vectors=4)}, "64\\*\\*4"),
    ],
)
def test_codes_that_cannot_be_searched_are_refused_with_a_reason(make, parameters, why):
    model = quick(make, 4, max_iter=1, **parameters).fit(IRIS)
    with pytest.raises(IncompatiblePartsError, match=f"most_likely_code and codes.*{why}"):
        model.most_likely_code(IRIS)


def test_a_code_below_hidden_layers_of_units_is_refused():
    model = quick(DeepBeliefNetwork, (4, 2), max_iter=1, fine_tune=True)
    with pytest.raises(IncompatiblePartsError, match="DeepBeliefNetwork do not fit"):
        model.fit((DIGITS[:40, :16] > 0.5).astype(float)).most_likely_code(DIGITS[:40, :16])


def test_kinks_of_a_decoder_do_not_keep_a_search_from_its_end():
    model = quick(VAE, 2, max_iter=5).fit(IRIS)
    assert model.most_likely_code(IRIS, return_report=True)[1].converged.mean() > 0.95


@pytest.mark.parametrize("name", ["n_restarts", "n_steps"])
def test_a_search_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}=0 must be"):
        quick(VAE).fit(IRIS).most_likely_code(IRIS, **{name: 0})
