"""Restricted Boltzmann machines small enough to count, in every kind of units."""

from __future__ import annotations

import copy
import itertools
import math
import pickle

import pytest
import torch
from safetensors.torch import load, save

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.training import seeded

KINDS = [("bernoulli", "bernoulli"), ("normal", "bernoulli"), ("bernoulli", "normal")]


def states(n):
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=n)), dtype=torch.float64)


def grid(n, width=8.0, points=81):
    """Points and log-weights of a rule that integrates a Gaussian tail to many digits."""
    one = torch.linspace(-width, width, points, dtype=torch.float64)
    z = torch.cartesian_prod(*[one] * n).reshape(-1, n)
    return z, torch.full((len(z),), n * math.log(2 * width / (points - 1)), dtype=torch.float64)


def machine(visible="bernoulli", hidden="bernoulli", shape=4, n_hidden=3, scale=0.8, **options):
    with seeded(1):
        rbm = models.RBM(shape, n_hidden, visible, hidden, **options).double()
        for parameter in rbm.parameters():
            parameter.data.normal_(std=scale)
    return rbm


def points_of(units):
    """All states of a side, or a grid of them, with log-weights."""
    if units.countable:
        z = states(len(units.bias))
        return z, torch.zeros(len(z), dtype=torch.float64)
    return grid(len(units.bias))


def joint(rbm, v, h):
    """The energy of all pairs, by broadcasting."""
    v, h = v[:, None].expand(-1, len(h), -1), h[None].expand(len(v), -1, -1)
    return rbm.energy(v, h)


def test_the_energy_is_what_its_formula_says():
    rbm = machine()
    v, h = states(4)[5], states(3)[6]
    b, c, w = rbm.visible.bias, rbm.hidden.bias, rbm.weight
    assert torch.allclose(rbm.energy(v, h), -(b @ v) - c @ h - h @ w @ v)
    rbm = machine("normal")
    b, c, w, s = rbm.visible.bias, rbm.hidden.bias, rbm.weight, rbm.visible.scale
    expected = ((v - b) ** 2 / (2 * s**2)).sum() - c @ h - h @ w @ (v / s**2)
    assert torch.allclose(rbm.energy(v, h), expected)
    rbm = machine(hidden="normal")
    b, c, w = rbm.visible.bias, rbm.hidden.bias, rbm.weight
    assert torch.allclose(rbm.energy(v, h), ((h - c) ** 2 / 2).sum() - b @ v - h @ w @ v)


@pytest.mark.parametrize("kinds", KINDS)
def test_the_free_energy_counts_or_integrates_the_hidden_units(kinds):
    rbm = machine(*kinds)
    h, log_weights = points_of(rbm.hidden)
    v = states(4) - 0.3 * (kinds[0] == "normal")
    counted = -(log_weights - joint(rbm, v[:3], h)).logsumexp(1)
    assert torch.allclose(rbm.free_energy(v[:3]), counted, atol=1e-8)


@pytest.mark.parametrize("kinds", KINDS)
def test_given_one_side_the_other_is_what_counting_says(kinds):
    rbm = machine(*kinds, shape=3, n_hidden=2)
    (v, log_v), (h, log_h) = points_of(rbm.visible), points_of(rbm.hidden)
    some_v, some_h = states(3)[[1, 6]], states(2)[[1, 3]]
    up = (log_h - joint(rbm, some_v, h)).log_softmax(1) - log_h
    encoder = rbm.encoder(some_v)
    assert torch.allclose(up, encoder.log_prob(h[:, None]).T, atol=1e-7)
    down = (log_v[:, None] - joint(rbm, v, some_h)).log_softmax(0) - log_v[:, None]
    decoder = rbm.decoder(some_h)
    # Far out in the tails both are too small to compare but by their logarithm.
    assert torch.allclose(down, decoder.log_prob(v[:, None]), atol=1e-6)


def test_images_are_the_same_units_in_another_shape():
    flat, image = machine(shape=6), machine(shape=(2, 3))
    image.load_state_dict(flat.state_dict())
    v = states(6)[:7]
    images = v.unflatten(1, (2, 3))
    assert torch.equal(flat.free_energy(v), image.free_energy(images))
    assert torch.equal(flat.encode(v), image.encode(images))
    h = flat.encode(v)
    assert torch.equal(flat.decode(h).unflatten(1, (2, 3)), image.decode(h))
    assert image.energy(images, h).shape == (7,)
    with pytest.raises(ValueError, match=r"must end in \(2, 3\)"):
        image.free_energy(v)


@pytest.mark.parametrize("kinds", KINDS)
def test_each_number_exists_once_and_copies_stay_tied(kinds):
    rbm = machine(*kinds)
    assert sum(p.numel() for p in rbm.parameters()) == 4 * 3 + 4 + 3 + 4 * (kinds[0] == "normal")
    again = models.RBM(**rbm.arguments).double()
    again.load_state_dict(load(save(rbm.state_dict())))
    for other in (copy.deepcopy(rbm), pickle.loads(pickle.dumps(rbm)), again):
        assert torch.equal(other.free_energy(states(4)), rbm.free_energy(states(4)))
        before = rbm.free_energy(states(4))
        for parameter in other.parameters():
            parameter.data += 0.1
        assert torch.equal(rbm.free_energy(states(4)), before)
        (v,) = states(4)[3:4]
        changed = other.weight @ other.visible.seen(v) + other.hidden.bias
        assert torch.allclose(other.machine(v), changed)
        assert torch.allclose(other.machine.down(changed), other.decoder.net(changed))
        assert other.prior._machine[0] is other.machine


def test_the_gradient_of_the_variances_is_that_of_the_energy():
    rbm = machine("normal")
    v = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    raw = rbm.decoder.head.log_scale
    (gradient,) = torch.autograd.grad(rbm.free_energy(v).sum(), raw)
    for i in range(4):
        differences = []
        for sign in (1, -1):
            with torch.no_grad():
                raw[i] += sign * 1e-5
                differences.append(sign * rbm.free_energy(v).sum())
                raw[i] -= sign * 1e-5
        assert sum(differences) / 2e-5 == pytest.approx(gradient[i].item(), rel=1e-6)


@pytest.mark.parametrize("kinds", KINDS)
def test_the_prior_draws_the_marginal_of_the_hidden_units(kinds):
    # 4000 chains of their own; no mean is 4.5 standard errors off.
    rbm = machine(*kinds, scale=0.5, n_steps=50)
    if kinds[1] == "bernoulli":
        h = states(3)
        log_marginal = rbm.visible.log_partition(rbm.machine.down(h), rbm.visible.bias)
        weights = (log_marginal - rbm.hidden.energy(h, rbm.hidden.bias)).softmax(0)
        mean = weights @ h
    else:
        v = states(4)
        mean = (-rbm.free_energy(v)).softmax(0) @ rbm.machine(v)
    with seeded(0):
        drawn = rbm.prior().sample((4000,))
    assert ((drawn.mean(0) - mean).abs() < 4.5 * drawn.std(0) / 4000**0.5).all()
    assert rbm.prior(torch.zeros(7, 1)).sample().shape == (7, 3)
    assert rbm.prior().expand((2, 5)).sample().shape == (2, 5, 3)


def test_the_prior_goes_on_from_chains_that_it_has():
    rbm = machine(scale=0.0, n_steps=1)
    rbm.weight.data += 50 * torch.ones(3, 4)
    rbm.visible.bias.data -= 75
    rbm.hidden.bias.data -= 100
    # Two modes, all on and all off, which no chain leaves.
    for on in (0.0, 1.0):
        rbm.prior.chains.states = torch.full((2, 3), on, dtype=torch.float64)
        again = models.RBM(**rbm.arguments).double()
        again.load_state_dict(rbm.state_dict())
        assert (again.prior().sample((20,)) == on).all()
        assert (again.sample(20) - on).abs().max() < 1e-6


def test_the_prior_has_no_density_and_says_why():
    rbm = machine()
    with pytest.raises(IncompatiblePartsError, match=r"normalising constant.*anneal_partition"):
        rbm.prior().log_prob(torch.zeros(1, 3))


def test_it_begins_as_the_best_machine_without_weights():
    x = torch.tensor([[0.0, 1.0, 0.25], [1.0, 1.0, 0.75]])
    rbm = models.RBM(3, 2)
    rbm.start_from(x)
    assert rbm.visible.bias.sigmoid().tolist() == pytest.approx([0.5, 0.75, 0.5])
    rbm = models.RBM((1, 2), 2, "normal")
    x = 3 + 0.5 * torch.randn(5000, 1, 2, generator=torch.Generator().manual_seed(0))
    rbm.start_from(x)
    assert rbm.visible.bias.tolist() == pytest.approx([3, 3], abs=0.05)
    assert rbm.visible.scale.tolist() == pytest.approx([0.5, 0.5], abs=0.02)


@pytest.mark.parametrize(
    ("visible", "x", "match"),
    [
        ("bernoulli", [[0.0, 1.0], [0.5, 1.5]], r"x\[1\] has 1.5 in column 1"),
        ("bernoulli", [[0.0, 1.0], [-1.0, 1.0]], r"x\[1\] has -1 in column 0"),
        ("bernoulli", [[0.0, math.nan]], r"x\[0\] has nan in column 1"),
        ("normal", [[0.0, 0.0], [1.0, 255.0]], "column 1 has 128 and 128; scale x to variance 1"),
        ("normal", [[0.0, 0.0], [0.001, 0.02]], r"column 0 has 0.0005 and 0.0005; scale x to"),
    ],
)
def test_examples_that_the_units_cannot_have_are_refused(visible, x, match):
    rbm = models.RBM(2, 1, visible)
    for use in (rbm.check, rbm.start_from):
        with pytest.raises(ValueError, match=match):
            use(torch.tensor(x))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ((4, 0), "n_hidden=0"),
        ((0, 4), "visible_shape=0"),
        ((4, 3, "binary"), "visible='binary'"),
        ((4, 3, "bernoulli", "gaussian"), "hidden='gaussian'"),
        ((4, 3, "normal", "normal"), "no lower bound"),
        ((4, 3, "bernoulli", "bernoulli", 0), "n_steps=0"),
    ],
)
def test_machines_that_cannot_be_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        models.RBM(*arguments)
