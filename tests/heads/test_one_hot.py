"""Heads of categorical codes: one-hot rows with exact divergences, and their relaxation."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import kl_divergence

from latentia import heads, priors
from latentia.conditional import Amortized
from latentia.distributions import divergence, has_exact_divergence, point
from latentia.models import LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import ELBO
from latentia.testing import check_head
from latentia.training import Trainer, seeded

HEADS = {"categorical": heads.OneHot, "gumbel-softmax": heads.GumbelSoftmax}
RAW = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_variables", [1, 2, 3])
@pytest.mark.parametrize("name", HEADS)
def test_the_kit_accepts_it(name, n_variables):
    check_head(HEADS[name](6, n_variables=n_variables))


@pytest.mark.parametrize("name", HEADS)
def test_the_code_is_the_probabilities_of_each_variable(name):
    q = HEADS[name](6, n_variables=2)(RAW)
    expected = RAW.view(5, 2, 3).softmax(-1).flatten(1)
    assert torch.allclose(point(q), expected)
    assert torch.allclose(q.sample((9,)).view(9, 5, 2, 3).sum(-1), torch.ones(9, 5, 2))


def test_draws_are_rows_of_one_1_as_often_as_they_are_probable():
    # Six shares at four standard errors: fails by chance in 4 of 10,000 seeds.
    q, n = heads.OneHot(6, n_variables=2)(RAW[0]), 20_000
    with seeded(0):
        z = q.sample((n,))
    assert set(z.unique().tolist()) == {0.0, 1.0}
    p = point(q)
    assert ((z.mean(0) - p).abs() < 4 * (p * (1 - p) / n).sqrt()).all()


def test_probabilities_of_all_codes_sum_to_one():
    eye = torch.eye(3)
    codes = torch.stack([torch.cat([a, b]) for a in eye for b in eye])
    log_prob = heads.OneHot(6, n_variables=2)(RAW[0]).log_prob(codes)
    assert log_prob.exp().sum().item() == pytest.approx(1.0, abs=1e-6)


def test_the_divergence_from_equal_probabilities_is_exact():
    q, p = heads.OneHot(6, n_variables=2)(RAW), priors.Categorical(6, n_variables=2)()
    p = p.expand((5,))
    z = q.sample((1,))
    assert has_exact_divergence(q, p)
    assert torch.allclose(divergence(q, p, z), 2 * math.log(3) - q.entropy(), atol=1e-6)
    sure = heads.OneHot(6)(torch.tensor([0.0, 0.0, 1e4, 0.0, 0.0, 0.0]))
    assert kl_divergence(sure, priors.Categorical(6)()).item() == pytest.approx(math.log(6))


def test_derivatives_of_draws_are_exact_for_a_linear_function():
    head, weight = heads.OneHot(6, n_variables=2), torch.arange(6.0)
    raw = RAW.clone().requires_grad_()
    (drawn,) = torch.autograd.grad((head(raw).rsample() @ weight).sum(), raw)
    (exact,) = torch.autograd.grad((point(head(raw)) @ weight).sum(), raw)
    assert torch.allclose(drawn, exact)


def test_derivatives_of_relaxed_draws_are_those_of_the_expectation():
    # Two categories in one share: against a quadrature over the logistic noise, two values at four
    # standard errors, fails by chance in 1 of 10,000 seeds.
    n, head = 20_000, heads.GumbelSoftmax(2, temperature=0.5).double()
    whole = torch.tensor([0.3, -0.4], dtype=torch.float64, requires_grad=True)
    noise = torch.linspace(-30, 30, 20_001, dtype=torch.float64)
    share = torch.sigmoid((whole[0] - whole[1] + noise) / 0.5)
    density = torch.sigmoid(noise) * torch.sigmoid(-noise)
    (exact,) = torch.autograd.grad(torch.trapezoid(share**3 * density, noise), whole)
    each = whole.detach().expand(n, 2).clone().requires_grad_()
    with seeded(1):
        z = head(each).rsample()
    (drawn,) = torch.autograd.grad((z[:, 0] ** 3).sum(), each)
    assert ((drawn.mean(0) - exact).abs() < 4 * drawn.std(0) / n**0.5).all()


def test_a_low_temperature_gives_nearly_one_hot_rows():
    with seeded(0):
        z = {t: heads.GumbelSoftmax(6, temperature=t)(RAW).sample((200,)) for t in (0.05, 5.0)}
    assert z[0.05].amax(-1).median() > 0.99
    assert z[5.0].amax(-1).median() < 0.5


@pytest.mark.parametrize("name", HEADS)
def test_groups_are_found(name):
    # Three groups; an encoder that ignored them would leave a variance of 2 / 9 in each feature.
    x = torch.eye(3).repeat(60, 1)
    with seeded(0):
        code, pixels = HEADS[name](6), heads.DiagonalNormal(3, scale=0.2)
        encoder = Amortized(MLP(3, code.n_params), code)
        model = LatentVariableModel(
            encoder, Amortized(MLP(6, pixels.n_params), pixels), priors.priors[name](encoder)
        )
    Trainer(model, ELBO(), batch_size=60, learning_rate=2e-2, seed=0).fit(x, epochs=60)
    assert (model.decode(model.encode(x)) - x).square().mean() < 0.03


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("n_variables", [0, 4, 6, 1.5])
def test_variables_that_do_not_share_the_code_equally_are_refused(name, n_variables):
    with pytest.raises(ValueError, match=r"n_variables=.* divide the 6 numbers"):
        HEADS[name](6, n_variables=n_variables)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_wrong_temperature_is_named(temperature):
    with pytest.raises(ValueError, match="temperature="):
        heads.GumbelSoftmax(6, temperature=temperature)


@pytest.mark.parametrize("name", HEADS)
def test_images_are_refused(name):
    with pytest.raises(ValueError, match=r"event_shape=\(4, 5\)"):
        HEADS[name]((4, 5))
