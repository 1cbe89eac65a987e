"""A divergence held at a capacity, and options that leave the reported bound alone."""

from __future__ import annotations

import pytest
import torch

from latentia import models
from latentia.objectives import ELBO, Info
from latentia.training import Linear, Trainer, seeded

X = torch.randn(40, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
STL = "sticking-the-landing"


def report(objective, model, info=Info(), n_samples=4):  # noqa: B008
    with seeded(1):
        return objective(model.trace(models.Batch(X), n_samples), info)


def test_the_price_is_the_distance_of_the_mean_divergence_from_the_capacity(continuous):
    model = continuous()
    plain = report(ELBO(), model)
    kl = plain.terms["kl"].mean()
    for capacity in (0.0, 0.5 * kl.item(), 2 * kl.item()):
        price = report(ELBO(beta=3.0, capacity=capacity), model).values
        price = price - plain.terms["reconstruction"]
        assert torch.allclose(price, 3 * (kl - capacity).abs().expand(40))


def test_the_capacity_may_be_a_schedule(continuous):
    model = continuous()
    growing = ELBO(capacity=Linear(0.0, 2.0, 100))
    for step, capacity in ((0, 0.0), (50, 1.0), (100, 2.0)):
        expected = report(ELBO(capacity=capacity), model).values
        assert torch.allclose(report(growing, model, Info(step=step)).values, expected)


@pytest.mark.parametrize(
    "objective",
    [ELBO(capacity=5.0), ELBO(beta=3.0, gradient=STL), ELBO(gradient=STL)],
    ids=["capacity", "beta", "landing"],
)
def test_terms_are_those_of_the_bound_whatever_the_options(objective, continuous):
    model = continuous("lazy")
    terms, expected = report(objective, model).terms, report(ELBO(), model).terms
    assert set(terms) == set(expected)
    assert all(torch.allclose(terms[name], expected[name]) for name in terms)


@pytest.mark.parametrize("capacity", [0.5, 4.0])
def test_training_holds_the_divergence_at_the_capacity(capacity, linear_gaussian):
    # Its own optimum is 2.7 nats: the divergence is held below it, and above it.
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((500,))
    objective = ELBO(beta=20.0, capacity=capacity)
    assert objective.uses_batch_statistics
    trainer = Trainer(model, objective, learning_rate=Linear(0.02, 1e-4, 300), precision="float64")
    record = trainer.fit(x, epochs=75).records[-1]
    assert record["kl"] == pytest.approx(capacity, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"capacity": -1.0}, "capacity is -1.0; a weight must be"),
        ({"n_samples": 0}, "n_samples=0 must be an integer of at least 1"),
        ({"gradient": "score"}, "gradient='score' is unknown"),
        ({"gradient": "doubly-reparameterized"}, "is unknown; did you mean 'reparameterized'"),
        ({"capacity": 1.0, "free_bits": 0.1}, "free_bits=0.1 and capacity=1.0 change the"),
        ({"capacity": 1.0, "gradient": STL}, "capacity=1.0 and gradient='sticking-the-landing'"),
        ({"free_bits": 1.0, "gradient": STL}, "free_bits=1.0 and gradient='sticking-the-landing'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        ELBO(**arguments)
