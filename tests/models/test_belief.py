"""Deep belief networks small enough to count."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest
import torch
from safetensors.torch import load, save

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.inference import log_partition
from latentia.training import seeded


def states(n):
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=n)), dtype=torch.float64)


def machine(n_visible, n_hidden, *kinds):
    rbm = models.RBM(n_visible, n_hidden, *kinds).double()
    for parameter in rbm.parameters():
        parameter.data.normal_(std=0.8)
    return rbm


def network(*sizes):
    with seeded(1):
        return models.BeliefNetwork(*(machine(*pair) for pair in itertools.pairwise(sizes)))


def log_likelihood(model, v):
    """Sum over all states of the layers, of a network of three sides."""
    h, ((lower,), top) = states(len(model.top.visible.bias)), (model.generation, model.top)
    log_prior = -top.free_energy(h) - log_partition(top)
    return (lower(h).log_prob(v[:, None]) + log_prior).logsumexp(1)


@pytest.mark.parametrize("kinds", [(), ("normal", "bernoulli"), ("bernoulli", "normal")])
def test_untied_maps_say_what_the_machine_says_and_are_copies(kinds):
    with seeded(0):
        rbm = machine(4, 3, *kinds)
    up, down = models.untied(rbm)
    v, h = states(4)[:7], states(3)
    assert torch.allclose(up(v).mean, rbm.encoder(v).mean)
    assert torch.allclose(down(h).log_prob(v[:1]), rbm.decoder(h).log_prob(v[:1]))
    before = rbm.encode(v)
    for parameter in (*up.parameters(), *down.parameters()):
        parameter.data += 1
    assert torch.equal(rbm.encode(v), before)


def test_a_second_layer_upside_down_changes_nothing():
    with seeded(0):
        first = machine(4, 3)
    second = models.RBM(3, 4).double()
    second.weight.data = first.weight.T.detach().clone()
    second.visible.bias.data = first.hidden.bias.detach().clone()
    second.hidden.bias.data = first.visible.bias.detach().clone()
    deep = models.BeliefNetwork(first, second)
    v = states(4)
    expected = -first.free_energy(v) - log_partition(first)
    assert torch.allclose(log_likelihood(deep, v), expected)
    # Recognition is exact then: no draw differs from another.
    assert torch.allclose(-deep.free_energy(v, 3) - log_partition(second), expected)


def test_the_bound_is_below_and_its_probabilities_sum_to_one():
    deep, v = network(4, 3, 2), states(4)
    exact = log_likelihood(deep, v).detach()
    assert float(exact.logsumexp(0)) == pytest.approx(0, abs=1e-9)
    with seeded(0):
        bound = -deep.free_energy(v, 2000) - log_partition(deep.top)
    assert (bound < exact + 0.02).all() and (exact - bound).max() > 0.05
    h, (up,), (down,) = states(3), deep.recognition, deep.generation
    log_q = up(v[:, None]).log_prob(h)
    counted = log_q.exp() * (down(h).log_prob(v[:, None]) - log_q - deep.top.free_energy(h))
    assert torch.allclose(bound + log_partition(deep.top), counted.sum(1), atol=0.1)


def test_samples_follow_the_distribution():
    deep = network(3, 3, 2)
    v = states(3)
    with seeded(0):
        drawn = deep.sample(5000, mean=False)
        means = deep.sample(5000)
    expected = log_likelihood(deep, v).exp()
    counts = (drawn[:, None] == v).all(-1).double().mean(0)
    # No share is 4.5 standard errors off.
    assert ((counts - expected).abs() < 4.5 * (expected * (1 - expected) / 5000).sqrt()).all()
    assert torch.allclose(means.mean(0), expected @ v, atol=0.03)


def test_each_number_exists_once_and_copies_are_whole():
    deep, v = network(4, 3, 3, 2), states(4)
    n = 2 * (4 * 3 + 3 * 3) + (3 + 4) + (3 + 3) + 3 * 2 + 3 + 2
    assert sum(p.numel() for p in deep.parameters()) == n
    again = network(4, 3, 3, 2)
    for parameter in again.parameters():
        parameter.data.zero_()
    again.load_state_dict(load(save(deep.state_dict())))
    for other in (copy.deepcopy(deep), pickle.loads(pickle.dumps(deep)), again):
        assert torch.equal(other.free_energy(v), deep.free_energy(v))
        assert torch.equal(other.encode(v), deep.encode(v))
        assert other.top.encoder is other.encoder.parts[-1]
    assert [s.shape[1] for s in deep.up(v)] == [s.shape[1] for s in deep.down(v[:, :3])]


def test_networks_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="at least two machines, but has 1"):
        models.BeliefNetwork(models.RBM(4, 3))
    with pytest.raises(IncompatiblePartsError, match=r"Machine 0 has 3 hidden.* has 2 visible"):
        models.BeliefNetwork(models.RBM(4, 3), models.RBM(2, 3))
    with pytest.raises(IncompatiblePartsError, match=r"use visible='normal' above"):
        models.BeliefNetwork(models.RBM(4, 3, hidden="normal"), models.RBM(3, 2))
