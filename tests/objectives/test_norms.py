"""Reconstruction norms: each is its formula, for each example."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info, Reconstruction, norms
from latentia.training import seeded

X = torch.rand(6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def build(likelihood=heads.Bernoulli, code=heads.Delta):
    with seeded(0):
        q, p = code(2), likelihood(5)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
        ).double()


FORMULAS = {
    "absolute_error": lambda y: (X - y).abs(),
    "binary_cross_entropy": lambda y: -X * y.log() - (1 - X) * (1 - y).log(),
    "categorical_cross_entropy": lambda y: -X * y.log(),
    "huber": lambda y: torch.where((X - y).abs() < 1, (X - y) ** 2 / 2, (X - y).abs() - 0.5),
    "squared_error": lambda y: (X - y).square(),
}


def measure(norm, model, x=X, n_samples=1):
    with seeded(0):
        return Reconstruction(norm)(model.trace(models.Batch(x), n_samples), Info()).values


RATES = (heads.Bernoulli, heads.ContinuousBernoulli)
#: Norms that only some decoders can have.
FIT = {"binary_cross_entropy": RATES, "categorical_cross_entropy": (heads.Multinomial,)}


@pytest.mark.parametrize("likelihood", [*RATES, heads.Multinomial, None])
@pytest.mark.parametrize("norm", norms)
def test_a_norm_is_its_formula_summed_over_features(norm, likelihood):
    if likelihood not in FIT.get(norm, (likelihood,)):
        return  # refused below
    model = build(likelihood or (lambda n: heads.DiagonalNormal(n, scale=0.1)))
    if likelihood is None:
        model.decoder.net.layers[-1].weight.data *= 5  # both branches of huber
    y = model.decode(model.encode(X))
    expected = (X - y).square().sum(1).sqrt() if norm == "l2" else FORMULAS[norm](y).sum(1)
    assert torch.allclose(measure(norm, model), expected, rtol=1e-5)


def test_every_norm_has_its_formula():
    assert set(norms) == {*FORMULAS, "l2"}


@pytest.mark.parametrize("norm", sorted(set(norms) - set(FIT)))
def test_images_are_measured_pixel_by_pixel_and_draws_are_averaged(norm):
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal((2, 3), scale=1.0)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP((2, 3), q.n_params), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
        )
        x = torch.rand(4, 2, 3)
        trace = model.trace(models.Batch(x), 3)
    values = Reconstruction(norm)(trace, Info()).values
    flat = heads.DiagonalNormal(6, scale=1.0)(trace.likelihood.mean.flatten(2))
    assert torch.allclose(values, norms[norm](flat, x.flatten(1)).mean(0))


def test_cross_entropy_keeps_its_gradient_where_the_decoder_is_sure_and_wrong():
    model = build()
    model.decoder.net.layers[-1].bias.data.fill_(200.0)
    values = measure("binary_cross_entropy", model, torch.zeros_like(X))
    (gradient,) = torch.autograd.grad(values.sum(), model.decoder.net.layers[-1].bias)
    assert torch.allclose(gradient, torch.full_like(gradient, 6.0))


@pytest.mark.parametrize("norm", norms)
def test_a_perfect_reconstruction_has_finite_gradients(norm):
    model = build(lambda n: heads.DiagonalNormal(n, scale=1.0))
    if norm in FIT:
        need = {"b": r"values in \[0, 1\]. Use heads.Bern", "c": r"sum to 1. Use heads.Multi"}[
            norm[0]
        ]
        with pytest.raises(IncompatiblePartsError, match=need):
            measure(norm, model)
        return
    x = model.decode(model.encode(X)).detach()
    trace = model.trace(models.Batch(x, corrupted=X))
    loss = Reconstruction(norm)(trace, Info())
    gradients = torch.autograd.grad(loss.total, list(model.parameters()))
    assert loss.total.item() == pytest.approx(0, abs=1e-12)
    assert all(g.isfinite().all() for g in gradients)


def test_an_unknown_norm_is_refused():
    with pytest.raises(ValueError, match="norm='hubert' is unknown; did you mean 'huber'"):
        Reconstruction("hubert")
