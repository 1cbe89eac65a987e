"""Objectives: each value is the quantity it is named after, whatever the batch."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, Info, Loss, Objective, Reconstruction, Sum
from latentia.training import Linear, seeded

X = torch.randn(12, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def build(code=heads.DiagonalNormal, likelihood=heads.DiagonalNormal, prior=True):
    with seeded(0):
        q, p = code(2), likelihood(5)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2) if prior else None,
        ).double()


def report(objective, x=X, model=None, info=Info(), seed=1):  # noqa: B008
    with seeded(seed):
        return objective((model or build()).trace(models.Batch(x), objective.n_draws), info)


def test_loss_is_minus_the_elbo():
    loss = report(ELBO())
    assert torch.allclose(loss.values, -loss.terms["elbo"])
    assert loss.total.item() == pytest.approx(-loss.terms["elbo"].mean().item())


def test_three_forms_of_the_bound_agree():
    # With the divergence as an average of log-ratios over the same draws, to rounding.
    model = build()
    with seeded(1), torch.no_grad():
        trace = model.trace(models.Batch(X), 3)
    log_likelihood = trace.likelihood.log_prob(X)
    log_prior, log_posterior = trace.prior.log_prob(trace.z), trace.posterior.log_prob(trace.z)
    joint = (log_likelihood + log_prior - log_posterior).mean(0)
    split = log_likelihood.mean(0) + (log_prior - log_posterior).mean(0)
    assert torch.allclose(joint, split, atol=1e-10)
    # And in expectation with the closed form: 20,000 draws, four standard errors.
    with seeded(2), torch.no_grad():
        trace = model.trace(models.Batch(X), 20_000)
        elbo = ELBO()(trace, Info()).terms["elbo"]
        draws = objective_draws(trace)
    assert ((draws.mean(0) - elbo).abs() < 4 * draws.std(0) / 20_000**0.5 * 2).all()


def objective_draws(trace):
    ratio = trace.prior.log_prob(trace.z) - trace.posterior.log_prob(trace.z)
    return trace.likelihood.log_prob(X) + ratio


class CodeSize(Objective):
    """The squared length of the code, as a second term to sum with."""

    def forward(self, trace, info):
        size = trace.z.square().sum(-1).mean(0)
        return Loss(size, {"size": size})


@pytest.mark.parametrize(
    "objective",
    [ELBO(), ELBO(beta=4.0), Reconstruction(), ELBO() + 0.5 * CodeSize()],
    ids=["elbo", "beta", "reconstruction", "sum"],
)
def test_repeating_examples_changes_no_term(objective):
    model = build(code=lambda n: heads.DiagonalNormal(n, scale=1e-6))
    one, many = report(objective, X, model), report(objective, X.repeat(50, 1), model)
    for name, values in one.report().items():
        assert values.shape == (12,)
        assert many.report()[name].mean().item() == pytest.approx(values.mean().item(), rel=1e-3)


def test_reconstruction_of_unit_variance_is_half_the_squared_error():
    model = build(heads.Delta, lambda n: heads.DiagonalNormal(n, scale=1.0))
    loss = report(Reconstruction(), model=model)
    error = (X - model.decode(model.encode(X))).square().sum(-1)
    constant = 2.5 * torch.log(torch.tensor(2 * torch.pi, dtype=torch.float64))
    assert torch.allclose(loss.values, 0.5 * error + constant)


def test_a_vanishing_variance_without_divergence_is_the_autoencoder():
    # Equal values and equal gradients, to 1e-6.
    noisy = build(code=lambda n: heads.DiagonalNormal(n, scale=1e-9))
    plain = build(heads.Delta)
    plain.load_state_dict(noisy.state_dict())
    losses = [
        report(ELBO(beta=0.0), model=noisy).total,
        report(Reconstruction(), model=plain).total,
    ]
    assert losses[0].item() == pytest.approx(losses[1].item(), abs=1e-6)
    gradients = [
        torch.autograd.grad(loss, list(model.parameters()))
        for loss, model in zip(losses, [noisy, plain], strict=True)
    ]
    for a, b in zip(*gradients, strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_single_draw_is_unbiased_and_its_variance_falls_as_one_over_the_draws():
    # 4,000 estimates: the variance ratio of 1 and 10 draws is 10 within 15 % (6 sigma).
    model, x = build(), X[:1]
    with seeded(0), torch.no_grad():
        trace = model.trace(models.Batch(x), 40_000)
        draws = trace.likelihood.log_prob(x).squeeze(1)
    tens = draws.reshape(-1, 10).mean(1)
    assert draws.var().item() / tens.var().item() == pytest.approx(10, rel=0.15)


def test_reparameterised_gradients_reach_the_encoder_and_sampled_ones_do_not():
    model = build()
    trace = model.trace(models.Batch(X))
    (mu,) = torch.autograd.grad(trace.z.sum(), trace.posterior.base_dist.loc, retain_graph=True)
    assert torch.equal(mu, torch.ones_like(mu))
    (sigma,) = torch.autograd.grad(trace.z.sum(), trace.posterior.base_dist.scale)
    noise = (trace.z[0] - trace.posterior.mean) / trace.posterior.base_dist.scale
    assert torch.allclose(sigma, noise)
    assert not model.encoder(X).sample().requires_grad


def test_beta_weighs_the_divergence_and_leaves_the_elbo_alone():
    one, four = report(ELBO()), report(ELBO(beta=4.0))
    assert torch.allclose(four.values - one.values, 3 * one.terms["kl"])
    assert torch.equal(four.terms["elbo"], one.terms["elbo"])


def test_a_schedule_reads_the_step():
    warm_up = ELBO(beta=Linear(0.0, 1.0, 100))
    start, end = report(warm_up), report(warm_up, info=Info(step=100))
    assert torch.equal(start.values, start.terms["reconstruction"])
    assert torch.allclose(end.values, -end.terms["elbo"])


def test_free_bits_charge_at_least_their_price_in_each_dimension():
    free = report(ELBO(free_bits=50.0))
    price = free.values - free.terms["reconstruction"]
    assert torch.allclose(price, torch.full_like(price, 100.0))  # two dimensions of 50 nats
    assert ELBO(free_bits=50.0).uses_batch_statistics


def test_sum_weighs_values_and_reports_terms_unweighted():
    size = CodeSize()
    both, alone, penalty = report(ELBO() + 0.5 * size), report(ELBO()), report(size)
    assert torch.allclose(both.values, alone.values + 0.5 * penalty.values)
    assert torch.allclose(both.terms["size"], penalty.values)


def test_nested_sums_multiply_their_weights():
    total = 2.0 * (ELBO() + 0.5 * CodeSize())
    assert [weight for weight, _ in total.parts] == [2.0, 1.0]
    scheduled = Sum((Linear(0.0, 1.0, 10), total))
    assert [w(5) for w, _ in scheduled.parts] == [1.0, 0.5]


def test_surrogate_gives_the_gradient_and_the_value_stays():
    w = torch.tensor(2.0, requires_grad=True)
    loss = Loss((3 * w).unsqueeze(0), surrogate=(w**2).unsqueeze(0)).total
    assert loss.item() == 6.0
    assert torch.autograd.grad(loss, w)[0].item() == 4.0


class TwoPlayers(Objective):
    def forward(self, trace, info):
        raise AssertionError

    def losses(self, model, batch, info):
        yield "model", Reconstruction()(model.trace(batch), info)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: ELBO() + TwoPlayers(), "phases of its own"),
        (lambda: report(ELBO(), model=build(heads.Delta)), "Use objectives.Reconstruction"),
        (lambda: report(ELBO(), model=build(prior=False)), "model has none"),
        (lambda: report(ELBO() + Reconstruction()), "same name"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_a_way_out(make, match):
    with pytest.raises(IncompatiblePartsError, match=match):
        make()


@pytest.mark.parametrize("beta", [-1.0, float("nan"), float("inf")])
def test_a_negative_weight_is_refused(beta):
    with pytest.raises(ValueError, match="beta is"):
        ELBO(beta=beta)
    with pytest.raises(ValueError, match="beta is"):
        report(ELBO(beta=lambda step: beta))


@pytest.mark.parametrize("make", [objectives.ELBO, objectives.Reconstruction])
def test_no_draws_are_refused(make):
    with pytest.raises(ValueError, match="n_samples=0"):
        make(n_samples=0)
