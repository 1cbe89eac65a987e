"""The model: traces are read-only, parts must fit, conditions reach every part."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, Info
from latentia.training import Trainer, seeded


def build(prior=None, context=0, code=heads.DiagonalNormal):
    q, p = code(2), heads.Bernoulli((4, 4))
    return models.LatentVariableModel(
        conditional.Amortized(networks.MLP((4, 4), q.n_params, (8,), context=context), q),
        conditional.Amortized(networks.MLP(2, p.n_params, (8,), context=context), p),
        prior,
    )


def test_reconstruction_is_decode_of_encode():
    model, x = build(priors.StandardNormal(2)), torch.rand(5, 4, 4)
    assert torch.equal(model.decode(model.encode(x)), model.decoder(model.encode(x)).mean)


def test_encode_never_samples():
    model, x = build(), torch.rand(5, 4, 4)
    assert torch.equal(model.encode(x), model.encode(x))


def test_a_trace_cannot_be_changed():
    trace = build(priors.StandardNormal(2)).trace(models.Batch(torch.rand(5, 4, 4)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.z = torch.zeros(1, 5, 2)


def test_shapes_of_a_trace():
    trace = build(priors.StandardNormal(2)).trace(models.Batch(torch.rand(5, 4, 4)), 3)
    assert trace.z.shape == (3, 5, 2)
    assert trace.likelihood.batch_shape == (3, 5)
    assert trace.prior.batch_shape == trace.posterior.batch_shape == (5,)


def test_samples_are_distributed_as_the_prior():
    # Two means and two variances of 50,000 draws, at five standard errors.
    model = build(priors.Normal(torch.tensor([1.0, -2.0]), torch.diag(torch.tensor([0.5, 2.0]))))
    seen = []
    model.decoder.register_forward_hook(lambda module, args, output: seen.append(args[0]))
    with seeded(0):
        model.sample(50_000)
    z = seen[0]
    error = 5 / 50_000**0.5
    assert torch.allclose(z.mean(0), torch.tensor([1.0, -2.0]), atol=2 * error)
    assert torch.allclose(z.std(0), torch.tensor([0.5, 2.0]), rtol=error)


def test_sample_without_mean_draws_from_the_likelihood():
    model = build(priors.StandardNormal(2))
    with seeded(0):
        noisy = model.sample(10, mean=False)
    assert set(noisy.unique().tolist()) <= {0.0, 1.0}


def test_a_fitted_prior_has_the_moments_of_the_codes():
    codes = torch.randn(500, 3, dtype=torch.float64) @ torch.randn(3, 3, dtype=torch.float64) + 1
    prior = priors.Normal.fit(codes)()
    assert torch.allclose(prior.mean, codes.mean(0))
    expected = torch.cov(codes.T, correction=0)
    assert torch.allclose(prior.covariance_matrix, expected, rtol=1e-4, atol=1e-4)


def test_a_fitted_prior_survives_a_constant_code():
    codes = torch.cat([torch.randn(50, 1), torch.zeros(50, 1)], 1)
    assert priors.Normal.fit(codes)().sample((10,)).isfinite().all()


def test_conditions_reach_every_part_and_train():
    class Shifted(priors.StandardNormal):
        def forward(self, *conditions):
            base = super().forward(*conditions).base_dist
            loc = conditions[0][:, :1].expand_as(base.loc)
            return torch.distributions.Independent(torch.distributions.Normal(loc, base.scale), 1)

    model = build(Shifted(2), context=3)
    c = torch.eye(3)[torch.arange(30) % 3]
    x = (torch.rand(30, 4, 4) < 0.5).float()
    Trainer(model, ELBO(), batch_size=8).fit(models.Batch(x, (c,)), epochs=2)
    assert model.sample(30, c).shape == (30, 4, 4)
    other = c.roll(1, 0)
    assert not torch.allclose(model.encode(x, c), model.encode(x, other))
    trace = model.trace(models.Batch(x, (c,)), 4)
    assert ELBO()(trace, Info()).values.shape == (30,)


@pytest.mark.parametrize(
    ("prior", "match"),
    [(priors.StandardNormal(3), r"have shape \(2,\)"), ("simplex", "live in 'real'")],
)
def test_codes_of_another_shape_or_space_are_refused(prior, match):
    if prior == "simplex":
        prior = priors.StandardNormal(2)
        prior.space = "simplex"
    with pytest.raises(IncompatiblePartsError, match=match):
        build(prior)


def test_sampling_without_a_prior_says_what_to_do():
    with pytest.raises(IncompatiblePartsError, match=r"give sampler="):
        build().sample(3)


def test_a_flow_of_another_library_fits_in_as_a_prior():
    zuko = pytest.importorskip("zuko")

    class Flow(conditional.ConditionalDistribution):
        event_shape = (2,)

        def __init__(self):
            super().__init__()
            self.flow = zuko.flows.NSF(2, transforms=1, hidden_features=(8,))

        def forward(self, *conditions):
            return self.flow()

    model = build(Flow())
    x = (torch.rand(20, 4, 4) < 0.5).float()
    history = Trainer(model, ELBO(), batch_size=10).fit(x, epochs=2)
    assert all(record["loss"] > 0 for record in history.records)
    assert model.sample(3).shape == (3, 4, 4)
