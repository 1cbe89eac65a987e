"""Chains and normalising constants of Boltzmann machines, against counting."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from latentia import inference, models
from latentia.training import seeded

KINDS = [("bernoulli", "bernoulli"), ("normal", "bernoulli"), ("bernoulli", "normal")]


def machine(visible="bernoulli", hidden="bernoulli", shape=4, n_hidden=3, scale=0.8):
    with seeded(1):
        rbm = models.RBM(shape, n_hidden, visible, hidden).double()
        for parameter in rbm.parameters():
            parameter.data.normal_(std=scale)
        if visible == "normal":
            # Narrow modes far apart take chains longer than a test.
            rbm.decoder.head.log_scale.data *= 0.3
    return rbm


def two_modes(strength=8.0):
    """All units on or all off, equally likely, and next to nothing between."""
    rbm = models.RBM(6, 3).double()
    rbm.weight.data.fill_(strength)
    rbm.visible.bias.data.fill_(-1.5 * strength)
    rbm.hidden.bias.data.fill_(-3 * strength)
    return rbm


def states(n):
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=n)), dtype=torch.float64)


def test_both_sides_count_the_same():
    rbm = machine(shape=5, n_hidden=3)
    v, h = states(5), states(3)
    by_visible = (-rbm.free_energy(v)).logsumexp(0)
    every = -rbm.energy(v[:, None].expand(-1, 8, -1), h.expand(32, -1, -1))
    assert torch.allclose(inference.log_partition(rbm), by_visible)
    assert torch.allclose(every.flatten().logsumexp(0), by_visible)
    # The other side is the smaller one here.
    wide = models.RBM(3, 5).double()
    wide.weight.data = rbm.weight.T.detach().clone()
    wide.visible.bias.data, wide.hidden.bias.data = rbm.hidden.bias.data, rbm.visible.bias.data
    assert torch.allclose(inference.log_partition(wide), by_visible)


def test_a_normal_side_is_integrated():
    rbm = machine("normal", shape=2)
    one = torch.linspace(-25, 25, 1001, dtype=torch.float64)
    v = torch.cartesian_prod(one, one)
    integral = (-rbm.free_energy(v)).logsumexp(0) + 2 * math.log(0.05)
    assert inference.log_partition(rbm).item() == pytest.approx(integral.item(), abs=1e-6)
    rbm = machine(hidden="normal")
    assert torch.allclose(inference.log_partition(rbm), (-rbm.free_energy(states(4))).logsumexp(0))


def test_more_states_than_are_held_at_once_are_counted():
    rbm = models.RBM(14, 20)
    rbm.weight.data.zero_()
    assert inference.log_partition(rbm).item() == pytest.approx(34 * math.log(2))


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("with_data", [False, True])
def test_annealing_is_unbiased_and_knows_its_error(kinds, with_data):
    # The z-score of one estimate of 2000 chains, and the mean of the weights themselves.
    rbm = machine(*kinds, scale=1.0)
    exact = inference.log_partition(rbm)
    with seeded(0):
        x = torch.rand(50, 4, dtype=torch.float64) * (1 if kinds[0] == "bernoulli" else 3)
        estimate = inference.anneal_partition(rbm, 2000, 50, x=x if with_data else None)
    assert estimate.log_weights.shape == (2000,)
    assert estimate.z.shape == (2000, 4)
    assert 0 < estimate.standard_error < 0.1
    assert (estimate.log_mean - exact).abs() < 4 * estimate.standard_error
    assert 1 < estimate.effective_sample_size < 2000


def test_a_longer_path_has_the_smaller_error():
    rbm = machine(scale=1.5)
    with seeded(0):
        short, long = (inference.anneal_partition(rbm, 500, n) for n in (3, 300))
    assert long.standard_error < 0.2 * short.standard_error
    assert long.effective_sample_size > 1.5 * short.effective_sample_size


def test_one_step_is_importance_sampling_and_equal_weights_have_no_error():
    z = torch.randn(100, 7, generator=torch.Generator().manual_seed(0))
    result = inference.anneal(z, lambda z, b: 3.0 * b + 0 * z, lambda z, b: z, [0, 0.5, 1])
    assert torch.allclose(result.log_mean, torch.full((7,), 3.0))
    assert torch.allclose(result.effective_sample_size, torch.full((7,), 100.0))
    assert (result.standard_error < 1e-6).all()
    # One draw far above the others is worth one.
    log_weights = torch.zeros(100)
    log_weights[3] = 50
    assert inference.Annealed(z, log_weights).effective_sample_size.item() == pytest.approx(1)


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("temperatures", [None, (0.3, 0.6, 1.0)])
def test_chains_have_the_moments_of_the_machine(kinds, temperatures):
    # 3000 independent chains; no moment is 4.5 standard errors off.
    rbm = machine(*kinds, scale=0.6)
    if kinds[0] == "bernoulli":
        share = (-rbm.free_energy(states(4))).softmax(0)
        mean = share @ states(4)
        second = (share[:, None] * states(4)).T @ states(4)
    else:
        h = states(3)
        log_marginal = rbm.visible.log_partition(rbm.machine.down(h), rbm.visible.bias)
        share = (log_marginal - rbm.hidden.energy(h, rbm.hidden.bias)).softmax(0)
        loc = rbm.machine.down(h)
        mean = share @ loc
        second = (share[:, None] * loc).T @ loc + rbm.visible.scale.square().diag()
    with seeded(0):
        v = inference.gibbs(rbm, 3000, 1, burn_in=30, temperatures=temperatures)[0]
    products = v[:, :, None] * v[:, None, :]
    for drawn, truth in ((v, mean), (products, second)):
        error = drawn.std(0) / 3000**0.5
        assert ((drawn.mean(0) - truth).abs() < 4.5 * error).all()


def test_temperatures_cross_over_between_modes_that_a_chain_never_leaves():
    rbm = two_modes()
    start = torch.zeros(200, 6, dtype=torch.float64)
    levels = tuple(torch.linspace(0.05, 1, 12).tolist())
    with seeded(0):
        plain = inference.gibbs(rbm, n_steps=100, start=start)
        tempered = inference.gibbs(rbm, n_steps=100, start=start, temperatures=levels)
    assert plain[-1].mean() == 0
    assert (tempered[-1].mean(1) > 0.5).double().mean().item() == pytest.approx(0.5, abs=0.16)


def test_an_exchange_only_moves_states():
    rbm = machine()
    v = torch.rand(5, 20, 4, dtype=torch.float64).round()
    beta = torch.linspace(0.2, 1, 5, dtype=torch.float64).view(-1, 1, 1)
    inputs = rbm.machine.up(v)
    before = v.clone()
    moved, moved_inputs = inference.exchange(rbm.machine, v, inputs, beta)
    assert torch.equal(v, before)
    assert not torch.equal(moved, before)
    assert torch.allclose(rbm.machine.up(moved), moved_inputs)
    assert torch.equal(moved.sum(0), before.sum(0))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda r: inference.gibbs(r, n_steps=0), "n_steps=0"),
        (lambda r: inference.gibbs(r, n_chains=0), "n_chains=0"),
        (lambda r: inference.gibbs(r, burn_in=-1), "burn_in=-1"),
        (lambda r: inference.gibbs(r, temperatures=(0.5, 0.9)), "rise to 1"),
        (lambda r: inference.gibbs(r, temperatures=(0.0, 1.0)), r"in \(0, 1\]"),
        (lambda r: inference.gibbs(r, temperatures=(1.0,)), "at least two"),
        (lambda r: inference.gibbs(r, temperatures=(0.9, 0.5, 1.0)), "rise to 1"),
        (lambda r: inference.anneal_partition(r, 0), "n_chains=0"),
        (lambda r: inference.anneal_partition(r, 1, 0), "n_temperatures=0"),
        (
            lambda r: inference.log_partition(models.RBM(23, 24)),
            "23 visible units and 2.*23 states",
        ),
        (lambda r: inference.log_partition(models.RBM(2, 25, "normal")), "25 hidden units"),
        (lambda r: inference.anneal(r.weight, None, None, [0.1, 1]), "from 0 to 1"),
    ],
)
def test_refusals(call, match):
    with pytest.raises(ValueError, match=match):
        call(machine())
