"""A planted posterior is reported as it was planted."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from torch.distributions import Independent, Normal

from latentia import VAE, priors
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.estimators import SemiSupervisedVAE
from latentia.evaluation import code, rate_distortion
from latentia.heads import Bernoulli, Delta, DiagonalNormal
from latentia.models import LatentVariableModel
from latentia.networks import MLP


class Planted(ConditionalDistribution):
    """q(z|x) = N(gain x + shift, diag(scale squared)), moved by a condition."""

    event_shape = (3,)
    gain = torch.tensor([1.0, 0.05, 0.0])
    shift = torch.tensor([0.0, 2.0, 0.0])
    scale = torch.tensor([0.5, 1.0, 1.0])

    def forward(self, *conditions):
        loc = self.gain * conditions[0] + self.shift
        for condition in conditions[1:]:
            loc = loc + condition
        return Independent(Normal(loc, self.scale.expand_as(loc)), 1)


def planted(prior=None):
    decoder = Amortized(MLP(3, 3), Bernoulli(3))
    return LatentVariableModel(Planted(), decoder, prior)


X = torch.randn(2000, 3, generator=torch.Generator().manual_seed(0))


def test_divergence_is_the_closed_form():
    report = code(planted(priors.StandardNormal(3)), X)
    q = Planted()
    loc = q.gain * X.double() + q.shift
    expected = (0.5 * (loc**2 + q.scale**2 - 1) - q.scale.log()).mean(0)
    np.testing.assert_allclose(report.kl_per_dimension, expected, rtol=1e-5)


def test_only_a_mean_that_varies_is_active():
    report = code(planted(priors.StandardNormal(3)), X)
    # The second is far from the prior, and still says next to nothing about x.
    assert report.kl_per_dimension[1] > 1
    assert report.active.tolist() == [True, False, False]
    assert report.n_active == 1
    mean, variance = X.double().numpy().mean(0), X.double().numpy().var(0)
    np.testing.assert_allclose(report.mean, [mean[0], 0.05 * mean[1] + 2, 0], atol=1e-6)
    np.testing.assert_allclose(report.variance, [variance[0], 0.0025 * variance[1], 0], atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 7, 2000])
def test_batches_do_not_matter(batch_size):
    model = planted(priors.StandardNormal(3))
    report, expected = code(model, X[:50], batch_size=batch_size), code(model, X[:50])
    np.testing.assert_allclose(report.kl_per_dimension, expected.kl_per_dimension, rtol=1e-6)
    np.testing.assert_allclose(report.variance, expected.variance, rtol=1e-6)


def test_conditions_reach_the_encoder():
    moved = code(planted(), X, [torch.full((2000, 1), 5.0)])
    np.testing.assert_allclose(moved.mean - code(planted(), X).mean, 5, rtol=1e-6)


def test_no_divergence_where_there_is_none():
    delta = Amortized(MLP(3, 2), Delta(2))
    decoder = Amortized(MLP(2, 3), Bernoulli(3))
    report = code(LatentVariableModel(delta, decoder, priors.StandardNormal(2)), X)
    assert report.kl_per_dimension is None
    np.testing.assert_allclose(report.variance, delta(X).mean.detach().numpy().var(0), rtol=1e-4)
    assert code(planted(), X).kl_per_dimension is None
    full = priors.Normal(torch.zeros(3), torch.eye(3))
    assert code(planted(full), X).kl_per_dimension is None


def test_the_model_is_left_as_it_was():
    head = DiagonalNormal(2)
    net = MLP(3, head.n_params, (64,), dropout=0.5)
    model = LatentVariableModel(
        Amortized(net, head), Amortized(MLP(2, 3), Bernoulli(3)), priors.StandardNormal(2)
    ).train()
    model.decoder.eval()
    state = torch.get_rng_state()
    first, second = code(model, X), code(model, X)
    np.testing.assert_array_equal(first.mean, second.mean)
    assert model.encoder.training and net.training and not model.decoder.training
    assert torch.equal(state, torch.get_rng_state())
    assert all(p.grad is None for p in model.parameters())


def test_refusals():
    with pytest.raises(ValueError, match="hold 0"):
        code(planted(), X[:0])
    with pytest.raises(ValueError, match="hold 2000, 3"):
        code(planted(), X, [torch.zeros(3, 1)])


IRIS, SPECIES = load_iris(return_X_y=True)
QUICK = {"max_iter": 3, "random_state": 0, "verbose": False}
MEASURES = {
    "code": lambda *given: code(*given).kl_per_dimension,
    "rate and distortion": lambda *given: np.array(rate_distortion(*given)),
}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_fitted_estimator_is_measured_as_its_model_is(measure):
    vae = VAE(2, **QUICK).fit(IRIS)
    scaled = vae.scaling_(torch.from_numpy(IRIS))
    np.testing.assert_array_equal(measure(vae, IRIS), measure(vae.model_, scaled))
    np.testing.assert_array_equal(measure(vae, pd.DataFrame(IRIS)), measure(vae, IRIS))
    np.testing.assert_array_equal(measure(vae, torch.from_numpy(IRIS)), measure(vae, IRIS))


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_an_estimator_with_a_condition_is_given_y(measure):
    vae = VAE(2, condition="y", **QUICK).fit(IRIS, SPECIES)
    given = torch.eye(3)[torch.from_numpy(SPECIES)]
    scaled = vae.scaling_(torch.from_numpy(IRIS))
    np.testing.assert_array_equal(
        measure(vae, IRIS, SPECIES), measure(vae.model_, scaled, (given,))
    )
    with pytest.raises(ValueError, match="it needs y here"):
        measure(vae, IRIS)
    labelled = SemiSupervisedVAE(2, **QUICK).fit(IRIS, SPECIES)
    expected = measure(labelled, IRIS, labelled.predict(IRIS))
    np.testing.assert_array_equal(measure(labelled, IRIS), expected)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_what_is_no_model_is_told_what_to_be(measure):
    with pytest.raises(ValueError, match=r"model=PCA\(\) must be a fitted estimator of latentia"):
        measure(PCA().fit(IRIS), IRIS)
    with pytest.raises(ValueError, match=r"x is of type ndarray, .* a tensor of scaled examples"):
        measure(VAE(2, **QUICK).fit(IRIS).model_, IRIS)
    with pytest.raises(NotFittedError):
        measure(VAE(2), IRIS)
