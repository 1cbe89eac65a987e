"""Covariances towards the identity: of means, and of the aggregated posterior."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal

from latentia import conditional, heads, models, networks, priors
from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.objectives import DIP, ELBO, Info
from latentia.training import Trainer, seeded

MEANS = torch.randn(12, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
SCALES = torch.rand(12, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.1


def measure(objective, posterior):
    n = posterior.batch_shape[0]
    batch = models.Batch(torch.zeros(n, 2))
    return objective(models.Trace(None, batch, posterior, None), Info()).values


def posterior(means=MEANS, scales=SCALES):
    return Independent(Normal(means, scales), 1)


def penalty(covariance, off_diagonal, diagonal):
    variances = covariance.diagonal()
    off = covariance.square().sum() - variances.square().sum()
    return off_diagonal * off + diagonal * (variances - 1).square().sum()


def test_kind_i_is_of_the_means():
    covariance = torch.cov(MEANS.T, correction=0)
    values = measure(DIP("i", off_diagonal=2.0), posterior())
    assert torch.allclose(values, penalty(covariance, 2, 20).expand(12))


def test_kind_ii_is_of_the_codes():
    # 400,000 draws from the aggregated posterior have its covariance.
    with seeded(0):
        z = posterior().sample((400_000 // 12,)).flatten(0, 1)
    values = measure(DIP("ii", off_diagonal=2.0), posterior())
    assert torch.allclose(values[0], penalty(torch.cov(z.T), 2, 2), rtol=0.02)


def test_a_full_covariance_counts_whole():
    factors = torch.linalg.cholesky(torch.eye(3).double() + 0.5).expand(12, 3, 3)
    full = MultivariateNormal(MEANS, scale_tril=factors)
    expected = penalty(torch.cov(MEANS.T, correction=0) + torch.eye(3) + 0.5, 10, 10)
    assert torch.allclose(measure(DIP(), full), expected.expand(12))


def test_a_point_mass_has_no_covariance_of_its_own():
    points = Delta(MEANS, 1)
    one, other = (DIP(kind, off_diagonal=2.0, diagonal=3.0) for kind in ("i", "ii"))
    assert torch.allclose(measure(one, points), measure(other, points))


def test_it_vanishes_for_a_standard_aggregate():
    eigenvalues, vectors = torch.linalg.eigh(torch.cov(MEANS.T, correction=0))
    white = MEANS @ vectors / eigenvalues.sqrt()
    assert measure(DIP("i"), Delta(white, 1)).abs().max() < 1e-20
    half = posterior(white * 0.6, torch.full((12, 3), 0.8, dtype=torch.float64))
    assert measure(DIP("ii"), half).abs().max() < 1e-20


def test_batches_repeated_have_the_same_value_and_one_example_a_finite_one():
    twice = posterior(MEANS.repeat(2, 1), SCALES.repeat(2, 1))
    assert torch.allclose(measure(DIP(), twice)[0], measure(DIP(), posterior())[0])
    assert measure(DIP(), posterior(MEANS[:1], SCALES[:1])).isfinite().all()
    assert measure(DIP(), posterior(MEANS[:, :1], SCALES[:, :1])).isfinite().all()


def test_it_makes_codes_uncorrelated():
    with seeded(0):
        x = torch.randn(300, 2) @ torch.randn(2, 4) + 0.1 * torch.randn(300, 4)
    covariance = {}
    for weight in (0.0, 1.0):
        with seeded(1):
            q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(4, scale=0.3)
            model = models.LatentVariableModel(
                conditional.Amortized(networks.MLP(4, q.n_params), q),
                conditional.Amortized(networks.MLP(2, 4), p),
                priors.StandardNormal(2),
            )
        trainer = Trainer(model, ELBO(beta=0.1) + weight * DIP("i"), learning_rate=0.01)
        trainer.fit(x, epochs=40)
        covariance[weight] = torch.cov(model.encode(x).T)[0, 1].abs().item()
    assert covariance[1.0] < 0.05 < covariance[0.0]


def test_a_covariance_without_a_closed_form_is_refused():
    one_hot = heads.OneHot(MEANS.shape[1])(MEANS)
    assert measure(DIP("i"), one_hot).isfinite().all()
    encoder = conditional.Amortized(networks.MLP(2, 4), heads.OneHot(4))
    of = models.LatentVariableModel(encoder, conditional.Identity(4))
    trace = of.trace(models.Batch(torch.zeros(3, 2)))
    with pytest.raises(IncompatiblePartsError, match="'ii' and the posterior OneHot do not"):
        DIP("ii")(trace, Info())


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"kind": "iii"}, "kind='iii' is unknown"),
        ({"off_diagonal": -1.0}, "off_diagonal=-1.0 must be a finite number of at least 0"),
        ({"diagonal": float("inf")}, "diagonal=inf must be"),
    ],
)
def test_numbers_without_meaning_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        DIP(**arguments)
