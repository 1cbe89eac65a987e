"""What each part of the bound does, by leaving it out."""

import copy
from functools import partial

import numpy as np
import pytest
import torch

from latentia import VAE, data
from latentia.conditional import Amortized
from latentia.evaluation import code, rate_distortion
from latentia.heads import Delta, DiagonalNormal
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import ELBO, Info, Reconstruction
from latentia.priors import StandardNormal

#: Eight points on a circle.
ANGLES = np.arange(8) * np.pi / 4
POINTS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
SMALL = {
    "hidden_layer_sizes": (32,),
    "likelihood": partial(DiagonalNormal, scale=0.2),
    "scaling": "none",
    "learning_rate": 0.01,
    "max_iter": 600,
    "random_state": 0,
    "verbose": False,
}


def posterior(model, X):
    with torch.no_grad():
        return model.encoder_(model.scaling_(torch.from_numpy(X)))


@pytest.fixture(scope="module")
def bound():
    return posterior(VAE(beta=1.0, **SMALL).fit(POINTS), POINTS)


def test_the_bound_keeps_bubbles_wide(bound):
    assert 0.05 < bound.variance.mean() < 1.5


def test_without_the_divergence_bubbles_vanish_and_fly_apart(bound):
    alone = posterior(VAE(beta=0.0, **SMALL).fit(POINTS), POINTS)
    assert alone.variance.mean() < 1e-3
    assert alone.mean.abs().max() > 1.5 * bound.mean.abs().max()


def test_without_the_reconstruction_bubbles_are_the_prior_and_say_nothing():
    digits = data.load("digits", n=300)
    model = VAE(objective="divergence", random_state=0, verbose=False, max_iter=100).fit(digits.X)
    x = model.scaling_(torch.from_numpy(digits.X))
    report = code(model.model_, x)
    assert report.kl_per_dimension.sum() < 1e-3
    assert report.n_active == 0


def test_beta_trades_rate_for_distortion_as_the_theory_of_linear_models_says():
    """With noise of variance s, the best linear model puts beta s of error on every dimension.

    Along an eigenvalue lam it then carries log(lam / (beta s)) / 2 nats, or none where lam is less.
    """
    X = data.load("iris").X
    settings = {
        "hidden_layer_sizes": (),
        "likelihood": partial(DiagonalNormal, scale=0.4),
        "scaling": "standard",
        "batch_size": 150,
        "max_iter": 600,
        "learning_rate": 0.03,
        "learning_rate_schedule": "cosine",
        "n_samples": 4,
        "random_state": 0,
        "verbose": False,
    }
    standardised = (X - X.mean(0)) / X.std(0)
    eigenvalues = np.linalg.eigvalsh(np.cov(standardised.T, bias=True))[::-1]
    curve = []
    for beta in (1.0, 2.0, 4.0, 10.0):
        model = VAE(beta=beta, **settings).fit(X)
        x = model.scaling_(torch.from_numpy(X))
        rate, distortion = rate_distortion(model.model_, x, n_samples=100)
        error = np.minimum(eigenvalues[:2], beta * 0.4**2)
        expected = 0.5 * np.log(eigenvalues[:2] / error).sum()
        assert rate == pytest.approx(expected, abs=0.1)
        lost = (error.sum() + eigenvalues[2:].sum()) / 0.4**2
        expected = 0.5 * (lost + 4 * np.log(2 * np.pi * 0.4**2))
        assert distortion == pytest.approx(expected, abs=0.1)
        curve.append((rate, distortion))
    rates, distortions = np.array(curve).T
    assert (np.diff(rates) < 0).all() and (np.diff(distortions) > 0).all()


def test_a_bound_without_divergence_nor_variance_is_a_deterministic_autoencoder():
    torch.manual_seed(0)
    x = torch.randn(20, 5, dtype=torch.float64)
    parts = [MLP(5, 2, (16,)).double(), MLP(2, 5, (16,)).double()]
    found = {}
    narrow = DiagonalNormal(2, scale=1e-9)
    for head, objective in ((narrow, ELBO(beta=0.0)), (Delta(2), Reconstruction())):
        encoder, decoder = copy.deepcopy(parts)
        likelihood = DiagonalNormal(5, scale=0.3)
        model = LatentVariableModel(
            Amortized(encoder, head), Amortized(decoder, likelihood), StandardNormal(2).double()
        )
        loss = objective(model.trace(Batch(x)), Info())
        loss.values.mean().backward()
        found[type(head)] = loss.values.detach(), [p.grad for p in model.parameters()]
    values, gradients = found[DiagonalNormal]
    expected, expected_gradients = found[Delta]
    torch.testing.assert_close(values, expected, rtol=1e-6, atol=1e-6)
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        assert other.abs().max() > 1e-3
        torch.testing.assert_close(gradient, other, rtol=1e-6, atol=1e-6)
