"""Three ways to the evidence agree: in closed form, on a grid, and by draws."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from sklearn.datasets import load_digits

from latentia import VAE, conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError, UnresolvedIntegralWarning
from latentia.heads import DiagonalNormal
from latentia.inference import exact_log_likelihood, importance_sampling, quadrature
from latentia.models import Batch
from latentia.training import seeded


def linear(d=3, k=2, scale="feature", prior=None, context=0, hidden=()):
    """A linear-Gaussian model with random weights, in double precision."""
    code, values = heads.DiagonalNormal(k), heads.DiagonalNormal(d, scale=scale)
    with seeded(d + k):
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(d, code.n_params, context=context), code),
            conditional.Amortized(
                networks.MLP(k, values.n_params, hidden, context=context), values
            ),
            prior or priors.StandardNormal(k),
        )
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
    return model.double()


def examples(n=6, d=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator, dtype=torch.float64)


def test_the_closed_form_is_that_of_the_marginal(linear_gaussian):
    model, marginal = linear_gaussian
    x = examples()
    assert torch.allclose(exact_log_likelihood(model, Batch(x)), marginal.log_prob(x), atol=1e-12)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("scale", [0.7, 0.01, "shared", "feature"])
@pytest.mark.parametrize("spread", [1.0, 0.3])
def test_the_grid_gives_the_closed_form(k, scale, spread):
    model = linear(k=k, scale=scale, prior=priors.StandardNormal(k, scale=spread))
    batch = Batch(examples())
    found = quadrature(model, batch, tolerance=1e-6)
    exact = exact_log_likelihood(model, batch)
    assert (found.log_likelihood - exact).abs().max() < 1e-6
    assert found.error.max() < 1e-5


def test_the_closed_form_follows_a_condition():
    model, x, c = linear(context=2), examples(), examples(d=2, seed=1)
    batch = Batch(x, (c,))
    found = quadrature(model, batch, tolerance=1e-7).log_likelihood
    assert (found - exact_log_likelihood(model, batch)).abs().max() < 1e-6
    assert (exact_log_likelihood(model, Batch(x, (c.flip(0),))) - found).abs().max() > 0.1


def test_affine_layers_one_after_the_other_have_a_closed_form():
    model, batch = linear(), Batch(examples())
    with seeded(0):
        layers = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Linear(4, 3)).double()
    model.decoder.net = layers
    found = quadrature(model, batch, tolerance=1e-7).log_likelihood
    assert (found - exact_log_likelihood(model, batch)).abs().max() < 1e-6


def test_a_rough_tolerance_is_kept_and_the_error_says_so():
    model, batch = linear(scale=0.02), Batch(examples())
    exact = exact_log_likelihood(model, batch)
    for tolerance in (1e-1, 1e-3):
        found = quadrature(model, batch, tolerance=tolerance)
        assert (found.log_likelihood - exact).abs().max() < tolerance
        assert 0 < found.error.min() <= found.error.max() < 2 * tolerance


def test_three_codes_are_still_integrated():
    model, batch = linear(d=4, k=3, scale=0.5), Batch(examples(3, d=4))
    found = quadrature(model, batch, tolerance=0.01)
    assert (found.log_likelihood - exact_log_likelihood(model, batch)).abs().max() < 0.005


def test_a_grid_that_is_given_up_says_so(monkeypatch):
    monkeypatch.setattr("latentia.inference._integral._MOST_POINTS", 2**10)
    with pytest.warns(UnresolvedIntegralWarning, match="not fine enough"):
        found = quadrature(linear(scale=0.02), Batch(examples()))
    assert found.error.max() > 0.1


def test_mass_far_from_the_origin_is_found():
    model, batch = linear(k=1, prior=priors.StandardNormal(1, scale=300.0)), Batch(1e3 * examples())
    exact = exact_log_likelihood(model, batch)
    assert torch.allclose(quadrature(model, batch).log_likelihood, exact, rtol=1e-9)


@pytest.mark.parametrize("max_values", [1, 1000, 10**6])
def test_memory_does_not_change_the_integral(max_values):
    model, batch = linear(k=1), Batch(examples())
    sizes = []
    model.decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0].numel()))
    found = quadrature(model, batch, 65, tolerance=1e-7, max_values=max_values).log_likelihood
    assert (found - exact_log_likelihood(model, batch)).abs().max() < 1e-6
    assert max(sizes) <= max(8, max_values / 7)


@pytest.fixture(scope="module")
def digits():
    """A trained model of two codes with a sharp posterior."""
    X = load_digits().data / 16
    vae = VAE(
        2,
        hidden_layer_sizes=(64,),
        likelihood=partial(DiagonalNormal, scale=0.2),
        scaling="none",
        precision="float64",
        max_iter=15,
        learning_rate=3e-3,
        random_state=0,
        verbose=False,
    )
    return vae.fit(X).model_, Batch(torch.from_numpy(X[:8]))


def test_draws_and_grid_agree_on_a_trained_model(digits):
    model, batch = digits
    grid = quadrature(model, batch)
    with seeded(0):
        found = importance_sampling(model, batch, 5000)
    assert grid.error.max() < 0.01
    off = (grid.log_likelihood - found.log_likelihood).abs()
    assert (off < 0.05 + 4 * found.standard_error).all()
    assert off.median() < 0.05


def test_any_prior_will_do():
    # The evidence of a mixture is the mean of those of its components.
    loc = torch.tensor([[-2.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    weights = torch.tensor([0.3, 0.7], dtype=torch.float64)
    model, batch = linear(scale=0.4), Batch(examples())
    parts = []
    for i in range(2):
        model.prior = priors.Mixture(torch.ones(1).double(), loc[i : i + 1])
        parts.append(quadrature(model, batch, tolerance=1e-7).log_likelihood)
    model.prior = priors.Mixture(weights, loc)
    expected = torch.logsumexp(torch.stack(parts) + weights.log().unsqueeze(1), 0)
    found = quadrature(model, batch, tolerance=1e-7).log_likelihood
    assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"prior": priors.Mixture(2, 2)}, "prior Mixture"),
        ({"scale": "predicted"}, "not predicted"),
        ({"hidden": (4,)}, "decoder with ReLU"),
    ],
)
def test_what_is_not_linear_and_normal_has_no_closed_form(change, match):
    with pytest.raises(IncompatiblePartsError, match=match):
        exact_log_likelihood(linear(**change), Batch(examples()))


def test_other_likelihoods_have_no_closed_form():
    model = linear()
    model.decoder.head = heads.Laplace(3)
    with pytest.raises(IncompatiblePartsError, match="likelihood Laplace"):
        exact_log_likelihood(model, Batch(examples()))


def test_what_a_grid_cannot_integrate_is_refused():
    batch = Batch(examples())
    with pytest.raises(IncompatiblePartsError, match=r"shape \(4,\)"):
        quadrature(linear(k=4), batch)
    model = linear()
    with pytest.raises(ValueError, match="n_points=0"):
        quadrature(model, batch, 0)
    with pytest.raises(ValueError, match=r"tolerance=-1\.0"):
        quadrature(model, batch, tolerance=-1.0)
    with pytest.raises(ValueError, match="no example"):
        quadrature(model, batch.head(0))
    model.prior = None
    with pytest.raises(IncompatiblePartsError, match="without a prior"):
        quadrature(model, batch)
