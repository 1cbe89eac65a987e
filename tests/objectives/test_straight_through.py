"""Draws that pass gradients as if they were probabilities: exact where all is linear, not else."""

from __future__ import annotations

import itertools

import pytest
import torch

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch
from latentia.objectives import ELBO, IWAE, PIWAE, Info, Renyi
from latentia.training import seeded

N = 40_000
X = torch.tensor([[0.5, -1.0]], dtype=torch.float64)


@pytest.fixture
def model():
    """Three categories that a decoder, which is not linear, makes two numbers of."""
    with seeded(3):
        decoder = networks.MLP(3, 2, (4,), activation="tanh")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(2, 3), heads.OneHot(3)),
            conditional.Amortized(decoder, heads.DiagonalNormal(2, scale=0.5)),
            priors.Categorical(3, learned=True),
        ).double()
        # Away from the linear start, so that the three categories differ in what they are worth.
        for parameter in model.decoder.parameters():
            parameter.data.mul_(3.0)
    return model


def bound(model, k):
    """The expected log of the mean of k weights, over all 3 ** k draws."""
    codes = torch.eye(3, dtype=torch.float64).unsqueeze(1)
    trace = models.Trace(model, Batch(X), model.encoder(X), codes)
    log_q = trace.posterior.log_prob(codes).squeeze(1)
    joint = trace.likelihood.log_prob(X).squeeze(1) + trace.prior.log_prob(codes).squeeze(1)
    draws = torch.tensor(list(itertools.product(range(3), repeat=k)))
    log_mean = (joint - log_q)[draws].logsumexp(1) - torch.tensor(float(k)).log()
    return (log_q[draws].sum(1).exp() * log_mean).sum()


@pytest.mark.parametrize(
    ("objective", "k"),
    [
        (ELBO(gradient="score-function"), 1),
        (ELBO(gradient="score-function", n_samples=5), 1),
        (IWAE(1), 1),
        (IWAE(5), 5),
        (IWAE(5, gradient="score-function"), 5),
        (Renyi(0.0, 5), 5),
    ],
    ids=["elbo", "elbo-of-five", "one-code", "five-codes", "score-function", "renyi"],
)
def test_the_gradient_is_that_of_the_sum_over_all_codes(
    objective, k, model, estimates, agree, gradient_of
):
    # Of 38 parameters none may be 4.5 standard errors off: by chance 1 in 3,900 times.
    known = -gradient_of(bound(model, k), model)
    drawn = estimates(objective, model, model, copies=128, x=X)
    assert agree(drawn, known)
    encoder = -gradient_of(bound(model, k), model.encoder)
    assert not agree(estimates(objective, model, model.encoder, copies=128, x=X), 1.5 * encoder)


def test_gradients_straight_through_are_others(model, estimates, agree, gradient_of):
    known = -gradient_of(bound(model, 1), model.encoder)
    assert not agree(estimates(ELBO(), model, model.encoder, copies=128, x=X), known)


@pytest.mark.parametrize(
    "objective",
    [
        ELBO(gradient="sticking-the-landing"),
        IWAE(5, gradient="doubly-reparameterized"),
        IWAE(5, gradient="sticking-the-landing"),
        PIWAE(2, 2),
    ],
    ids=["elbo", "doubly", "sticking", "partial"],
)
def test_what_needs_exact_derivatives_names_both_parts_and_a_way_out(objective, model):
    with seeded(0), pytest.raises(IncompatiblePartsError) as refusal:
        objective(model.trace(Batch(X), objective.n_draws), Info())
    message = str(refusal.value)
    assert "the posterior OneHot do not fit" in message
    assert "score-function" in message and "heads.GumbelSoftmax" in message


def test_a_relaxed_code_has_exact_derivatives(model):
    q = heads.GumbelSoftmax(3)
    encoder = conditional.Amortized(networks.MLP(2, 3), q).double()
    relaxed = models.LatentVariableModel(encoder, model.decoder, priors.GumbelSoftmax(encoder))
    objective = IWAE(5, gradient="doubly-reparameterized")
    assert objective(relaxed.double().trace(Batch(X), 5), Info()).total.isfinite()


@pytest.mark.parametrize(
    "objective",
    [ELBO(), IWAE(1), objectives.Divergence()],
    ids=["elbo", "one-code", "divergence"],
)
def test_the_gradient_of_the_divergence_is_that_of_the_sum_over_categories(objective):
    with seeded(0):
        q, p = heads.OneHot(3), heads.DiagonalNormal(2, scale=1.0)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(2, 3), q),
            conditional.Amortized(networks.MLP(3, 2), p),
            priors.Categorical(3, learned=True),
        )
        for parameter in model.decoder.parameters():
            parameter.data.zero_()  # the divergence alone counts then
        model.encoder.net.layers[0].bias.data = torch.tensor([1.0, -0.5, 0.2])
    x = torch.randn(1, 2, generator=torch.Generator().manual_seed(1)).expand(N, 2)
    bias = model.encoder.net.layers[0].bias
    with seeded(2):
        loss = objective(model.trace(Batch(x), 1), Info(n_examples=N))
    (found,) = torch.autograd.grad(loss.total, bias)
    shares = model.encoder(x[:1]).base_dist.base_dist.probs
    logs = shares.log() - model.prior().base_dist.base_dist.probs.log()
    (exact,) = torch.autograd.grad((shares * logs).sum(), bias)
    assert torch.allclose(found, exact, atol=0.02)
