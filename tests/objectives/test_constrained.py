"""A multiplier that finds itself: the limit is reached, and no pass changes it."""

from __future__ import annotations

import copy

import pytest
import torch

from latentia import models
from latentia.objectives import ELBO, Constrained, Info
from latentia.training import Linear, Trainer, seeded

X = torch.randn(40, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(
    ("on", "term", "other", "tolerance"),
    [
        ("rate", "kl", "reconstruction", 1.5),
        ("distortion", "reconstruction", "kl", 4.5),
        ("distortion", "reconstruction", "kl", 3.8),
    ],
)
def test_the_limit_is_reached_within_a_twentieth(on, term, other, tolerance, linear_gaussian):
    # At equal weights the divergence is 2.7 nats and the reconstruction costs 3.2.
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((500,))
    objective = Constrained(tolerance, on=on, speed=0.05)
    rate = Linear(0.02, 1e-3, 600)
    trainer = Trainer(model, objective, learning_rate=rate, precision="float64")
    records = trainer.fit(x, epochs=150).records
    final = sum(r[term] for r in records[-10:]) / 10
    assert final == pytest.approx(tolerance, rel=0.05)
    assert records[-1]["multiplier"] == pytest.approx(objective.multiplier.item(), rel=0.1)


def test_at_a_multiplier_of_one_it_is_the_bound_less_the_tolerance(continuous):
    model, objective = continuous("lazy"), Constrained(2.0).double()
    with seeded(0):
        trace = model.trace(models.Batch(X), 3)
    loss, bound = objective(trace, Info()), ELBO()(trace, Info())
    assert torch.allclose(loss.values, bound.values - 2.0)
    assert set(loss.terms) == {*bound.terms, "multiplier"}


@pytest.mark.parametrize("on", ["rate", "distortion"])
def test_the_multiplier_weighs_the_limited_side(on, continuous):
    model, objective = continuous(), Constrained(2.0, on=on).double()
    objective.multiplier.fill_(5.0)
    trace = model.trace(models.Batch(X))
    terms = ELBO()(trace, Info()).terms
    limited, small = terms["kl"], terms["reconstruction"]
    if on == "distortion":
        limited, small = small, limited
    assert torch.allclose(objective(trace, Info()).values, small + 5 * (limited - 2))


def test_only_a_step_moves_the_multiplier_towards_the_limit(linear_gaussian):
    model, _ = linear_gaussian
    kl = ELBO()(model.trace(models.Batch(X)), Info()).terms["kl"].mean().item()
    for tolerance, sign in ((0.5 * kl, 1), (2 * kl, -1)):
        objective = Constrained(tolerance, speed=0.1, decay=0.5).double()
        before = copy.deepcopy(objective.state_dict())
        loss = objective(model.trace(models.Batch(X)), Info())
        assert all(torch.equal(before[k], v) for k, v in objective.state_dict().items())
        objective.after_step(model, models.Batch(X), Info())
        violation = 0.5 * (kl - tolerance)
        assert objective.violation.item() == pytest.approx(violation)
        change = objective.multiplier.log().item()
        assert change == pytest.approx(0.1 * max(-1, min(1, violation)))
        assert change * sign > 0
        assert (loss.terms["multiplier"] == 1).all()


def test_the_multiplier_is_saved_with_the_objective():
    objective = Constrained()
    objective.multiplier.fill_(7.0)
    other = Constrained()
    other.load_state_dict(objective.state_dict())
    assert other.multiplier == 7.0


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"on": "recon"}, "on='recon' is unknown"),
        ({"tolerance": 0.0}, "tolerance=0.0 of the rate must be positive"),
        ({"tolerance": float("nan"), "on": "distortion"}, "tolerance=nan must be a finite"),
        ({"speed": 0.0}, "speed=0.0 must be positive"),
        ({"decay": 1.0}, r"decay=1.0 must be in \[0, 1\)"),
        ({"n_samples": 0}, "n_samples=0 must be an integer of at least 1"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        Constrained(**arguments)
