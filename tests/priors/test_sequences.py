"""Priors of indices: they sum to one, draw what they say, and are built again from arguments."""

from __future__ import annotations

import itertools
import json
from functools import partial

import pytest
import torch

from latentia import VAE, heads, priors
from latentia._spelling import read, spell
from latentia.errors import IncompatiblePartsError
from latentia.estimators import _densities
from latentia.testing import check_prior
from latentia.training import seeded

ALL = torch.tensor(list(itertools.product(range(3), repeat=4)))


def autoregressive():
    """One whose probabilities are far from even."""
    with seeded(0):
        prior = priors.Autoregressive(4, 3, hidden_size=6)
        for parameter in prior.parameters():
            torch.nn.init.normal_(parameter, std=0.8)
    return prior


def frequencies():
    with seeded(0):
        return priors.Frequencies.fit(torch.randint(3, (5, 4)), 3)


MAKERS = pytest.mark.parametrize("make", [autoregressive, frequencies])


@MAKERS
@torch.no_grad()
def test_all_sequences_together_have_probability_one(make):
    prior = make()
    check_prior(prior)
    assert prior().log_prob(ALL).exp().sum().item() == pytest.approx(1.0, abs=1e-5)


@MAKERS
@torch.no_grad()
def test_draws_are_as_frequent_as_their_probabilities(make):
    # Chi-square of 20,000 draws over 81 cells: 80 degrees of freedom, below 150 but for 4e-6.
    prior, n = make()(), 20_000
    with seeded(1):
        drawn = prior.sample((n,))
    cells = (drawn * torch.tensor([27, 9, 3, 1])).sum(1).bincount(minlength=81)
    expected = n * prior.log_prob(ALL).exp()
    assert ((cells - expected).square() / expected).sum() < 150


@torch.no_grad()
def test_a_variable_depends_on_those_before_it_only():
    logits = {}
    prior = autoregressive()
    for last in (0, 2):
        sequences = torch.tensor([[1, 2, 0, last], [1, 2, 1, last], [1, 2, 2, last]])
        before = torch.cat([prior._start(3), sequences[:, :-1]], 1)
        logits[last] = prior.memory(prior.categories(before) + prior.positions)[0]
    assert torch.equal(logits[0], logits[2])
    total = prior().log_prob(ALL.view(27, 3, 4)).exp().sum(1)
    shorter = total.view(9, 3).sum(1)
    assert not torch.allclose(shorter[0], shorter[-1])  # and it does depend


def test_leading_dimensions_are_kept():
    prior = autoregressive()
    conditioned = prior(torch.zeros(5, 2))
    assert conditioned.batch_shape == (5,)
    z = conditioned.sample((2, 3))
    assert z.shape == (2, 3, 5, 4)
    assert conditioned.log_prob(z).shape == (2, 3, 5)
    assert torch.allclose(conditioned.log_prob(z)[1, 2], prior().log_prob(z[1, 2]), atol=1e-5)
    assert conditioned.log_prob(ALL[0]).shape == (5,)


def test_counts_are_shares_and_smoothing_adds_examples():
    indices = torch.tensor([[0, 1], [0, 2], [0, 1], [1, 1]])
    exact = priors.Frequencies.fit(indices, 4, smoothing=0.0).log_shares.exp()
    assert torch.allclose(exact, torch.tensor([[0.75, 0.25, 0, 0], [0, 0.75, 0.25, 0]]))
    smooth = priors.Frequencies.fit(indices, 4, smoothing=4.0).log_shares.exp()
    assert torch.allclose(smooth, (4 * exact + 1) / 8)


def coded():
    with seeded(2):
        return priors.Coded(autoregressive(), torch.randn(3, 2))


@torch.no_grad()
def test_codes_are_words_with_the_probability_of_their_indices():
    prior = coded()
    check_prior(prior)
    with seeded(3):
        z = prior().sample((6,))
    assert z.shape == (6, 8) and prior.event_shape == (8,)
    codes = prior.codebook[ALL].flatten(1)
    assert torch.allclose(prior().log_prob(codes), prior.prior().log_prob(ALL))
    assert prior().log_prob(codes).exp().sum().item() == pytest.approx(1.0, abs=1e-5)
    assert all((row == codes).all(1).any() for row in z)


@pytest.mark.parametrize("make", [autoregressive, frequencies, coded])
def test_it_is_built_again_from_arguments_and_weights(make):
    prior = make()
    plan = partial(type(prior), **prior.arguments)
    again = read(json.loads(json.dumps(spell(plan, "sampler"))))()
    again.load_state_dict(prior.state_dict())
    with seeded(4):
        first = prior().sample((9,))
    with seeded(4):
        second = again().sample((9,))
    assert torch.equal(first, second)
    assert torch.equal(prior().log_prob(first), again().log_prob(first))


@pytest.mark.parametrize("name", _densities.discrete_densities)
@pytest.mark.parametrize(
    "head", [heads.FiniteScalar(2, levels=2), heads.VectorQuantized(2, 2, n_vectors=2)], ids=str
)
def test_densities_by_name_are_fitted_to_indices(name, head, monkeypatch):
    monkeypatch.setattr(_densities, "_STEPS", 150)
    both = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    seen = torch.tensor([80, 20, 50, 106])
    codes = head.vectors(both.repeat_interleave(seen, dim=0))
    prior = _densities.discrete_densities[name](head, codes, 1, 0, False)
    shares = prior().log_prob(head.vectors(both)).exp().detach().view(2, 2)
    expected = seen.view(2, 2) / 256
    if name == "independent":
        expected = expected.sum(1).outer(expected.sum(0))
    assert torch.allclose(shares, expected, atol=0.01)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: priors.Autoregressive(0, 3), "n_variables=0"),
        (lambda: priors.Frequencies(2, (3, 3)), r"n_categories=\(3, 3\) must be an integer"),
        (lambda: priors.Frequencies.fit(torch.tensor([[0, 3]]), 3), r"row 0 is \[0, 3\]"),
        (lambda: priors.Frequencies.fit(torch.zeros(2, 2), 3), "must be integers of shape"),
        (lambda: priors.Frequencies.fit(ALL, 3, smoothing=-1), "smoothing=-1 must be"),
        (lambda: priors.Coded(frequencies(), torch.zeros(3)), r"codebook must have shape \(K, d\)"),
    ],
)
def test_sizes_without_meaning_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.fixture
def rows():
    with seeded(0):
        return priors.AutoregressiveRows(6, n_variables=2, hidden_size=4).double()


def test_rows_have_the_probability_of_their_categories(rows):
    indices = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    codes = torch.nn.functional.one_hot(indices, 3).flatten(1).double()
    log_prob = rows().log_prob(codes)
    assert torch.allclose(log_prob, rows.network().log_prob(indices))
    assert log_prob.exp().sum().item() == pytest.approx(1)


def test_rows_are_drawn_as_often_as_they_are_probable(rows):
    # Nine shares at four standard errors: fails by chance in 6 of 10,000 seeds.
    n = 20_000
    with seeded(1):
        drawn = rows().sample((n,))
    codes, counts = drawn.unique(dim=0, return_counts=True)
    p = rows().log_prob(codes).exp()
    assert len(codes) == 9
    assert ((counts / n - p).abs() < 4 * (p * (1 - p) / n).sqrt()).all()


def test_a_straight_gradient_knows_what_the_prior_prefers(rows):
    z = torch.tensor([[1.0, 0, 0, 0, 1, 0]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(rows().log_prob(z).sum(), z)
    logits = rows.network._logits(rows.network.categories.weight[:1].unsqueeze(0))
    assert torch.allclose(slope[0, 3:], logits.log_softmax(-1)[0, 1])
    assert slope[0, :3].abs().min() > 0


def test_an_estimator_takes_it_by_name():
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(0)).numpy()
    one_hot = partial(heads.OneHot, n_variables=2)
    quick = {"max_iter": 2, "random_state": 0, "verbose": False}
    vae = VAE(6, posterior=one_hot, prior="autoregressive", objective="iwae", **quick).fit(x)
    assert vae.model_.prior.network.event_shape == (2,)
    assert vae.sample(4, random_state=0).shape == (4, 3)
    with pytest.raises(IncompatiblePartsError, match=r"'real'.*AutoregressiveRows.*'one-hot'"):
        VAE(6, prior="autoregressive", **quick).fit(x)
