"""A mixture of normals, against scikit-learn and against its own draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.mixture import GaussianMixture

from latentia import priors
from latentia.training import seeded

WEIGHTS = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64)
LOC = torch.tensor([[-6.0, 0.0], [0.0, 5.0], [6.0, -3.0]], dtype=torch.float64)
TRIL = torch.tensor(
    [[[1.0, 0.0], [0.7, 0.5]], [[0.3, 0.0], [-0.2, 1.0]], [[1.0, 0.0], [0.0, 2.0]]],
    dtype=torch.float64,
)


def mixture():
    return priors.Mixture(WEIGHTS, LOC, TRIL)


def draws(n):
    with seeded(0):
        return mixture()().sample((n,))


def test_its_density_is_that_of_scikit_learn():
    oracle = GaussianMixture(3)
    oracle.weights_, oracle.means_ = WEIGHTS.numpy(), LOC.numpy()
    oracle.precisions_cholesky_ = torch.linalg.inv(TRIL).mT.numpy()
    z = draws(50)
    expected = oracle.score_samples(z.numpy())
    assert np.allclose(mixture()().log_prob(z).numpy(), expected, rtol=1e-12)


def test_draws_have_its_mean_and_covariance():
    # Two means and three covariances at five standard errors of 100,000 draws.
    z = draws(100_000)
    mean = WEIGHTS @ LOC
    offsets = LOC - mean
    within = (WEIGHTS[:, None, None] * (TRIL @ TRIL.mT)).sum(0)
    covariance = within + (WEIGHTS[:, None] * offsets).T @ offsets
    products = (z - mean)[:, :, None] * (z - mean)[:, None, :]
    tolerance = 5 / len(z) ** 0.5
    assert ((z.mean(0) - mean).abs() < tolerance * z.std(0)).all()
    assert ((products.mean(0) - covariance).abs() < tolerance * products.std(0)).all()


def test_fitting_finds_the_components():
    fitted = priors.Mixture.fit(draws(5000), n_components=3)
    order = fitted.loc[:, 0].argsort()
    covariance = (fitted.scale_tril @ fitted.scale_tril.mT)[order]
    assert torch.allclose(fitted.weights[order], WEIGHTS, atol=0.03)
    assert torch.allclose(fitted.loc[order], LOC, atol=0.2)
    assert torch.allclose(covariance, TRIL @ TRIL.mT, atol=0.4)


def test_one_component_is_the_normal():
    z = draws(200)
    one, normal = priors.Mixture.fit(z, n_components=1), priors.Normal.fit(z)
    assert torch.allclose(one().log_prob(z), normal().log_prob(z), atol=1e-6)


def test_more_components_explain_the_codes_better():
    z = draws(500)
    scores = [priors.Mixture.fit(z, k)().log_prob(z).mean() for k in (1, 2, 3)]
    assert scores[0] < scores[1] - 0.1 < scores[2] - 0.2


def test_the_unit_of_the_codes_does_not_matter():
    z = draws(300)
    for unit in (1e-2, 1e4):
        small = priors.Mixture.fit(unit * z, 3)().log_prob(unit * z) + 2 * np.log(unit)
        assert torch.allclose(small, priors.Mixture.fit(z, 3)().log_prob(z), atol=1e-4)


def test_a_fit_repeats_and_leaves_random_states_alone():
    before, numpy_before = torch.get_rng_state(), np.random.get_state()
    a, b = (priors.Mixture.fit(draws(200).float(), 3, seed=1) for _ in range(2))
    assert torch.equal(a.loc, b.loc) and a.loc.dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), before)
    assert str(np.random.get_state()) == str(numpy_before)


def test_a_component_of_no_weight_is_no_component():
    with_none = priors.Mixture(WEIGHTS * torch.tensor([0.0, 1.0, 1.0]), LOC, TRIL)
    without = priors.Mixture(WEIGHTS[1:], LOC[1:], TRIL[1:])
    assert torch.allclose(with_none().log_prob(LOC), without().log_prob(LOC))


@pytest.mark.parametrize("n_components", [0, 31])
def test_more_components_than_codes_are_refused(n_components):
    with pytest.raises(ValueError, match=f"n_components={n_components} must be between 1 and 30"):
        priors.Mixture.fit(draws(30), n_components)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"the shapes are \(2,\), \(3, 2\) and \(3, 2, 2\)"):
        priors.Mixture(WEIGHTS[:2], LOC, TRIL)
    with pytest.raises(ValueError, match=r"the shapes are \(3,\), \(2,\) and"):
        priors.Mixture(WEIGHTS, LOC[0])
    with pytest.raises(ValueError, match=r"scale_tril \(d, d\)"):
        priors.Normal(LOC[0], TRIL)
