"""A mixture of normals for each label: two clusters of a class are two regions of its codes."""

from __future__ import annotations

import pickle
from functools import partial

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.datasets import load_iris

import latentia
from latentia import VAE, SemiSupervisedVAE, heads, objectives, priors
from latentia.errors import IncompatiblePartsError

IRIS, SPECIES = load_iris(return_X_y=True)
QUICK = {"max_iter": 2, "random_state": 0, "verbose": False}
MIXTURE = {"prior": "mixture", "condition": "y", "conditioned": ("encoder", "decoder", "prior")}

#: Where along a line the two clusters of each class lie; those of the other lie between them.
CLUSTERS = np.array([[-3.0, 1.0], [-1.0, 3.0]])


def draw(n, seed):
    rng = np.random.default_rng(seed)
    y, which = rng.integers(2, size=(2, n))
    t = CLUSTERS[y, which] + 0.25 * rng.normal(size=n)
    return np.stack([t, -t], axis=1) + 0.1 * rng.normal(size=(n, 2)), y


X, Y = draw(1500, seed=0)
HELD_OUT, THEIRS = draw(1000, seed=1)


def fitted(prior):
    # An affine decoder cannot bend one normal into two clusters; it is for the prior to have them.
    return VAE(
        1, prior=prior, condition="y", conditioned=("prior",), hidden_layer_sizes=(), max_iter=40,
        learning_rate=0.01, random_state=0, verbose=False,
    ).fit(X, Y)  # fmt: skip


@pytest.fixture(scope="module")
def mixture():
    return fitted("mixture")


def test_its_bound_is_above_that_of_a_normal_and_of_the_best_there_could_be(mixture):
    normal = fitted("auto").score(HELD_OUT, THEIRS)
    of_class = [multivariate_normal(X[c == Y].mean(0), np.cov(X[c == Y].T)) for c in (0, 1)]
    best = np.mean([of_class[c].logpdf(x) for x, c in zip(HELD_OUT, THEIRS, strict=True)])
    assert normal < best + 0.05
    assert mixture.score(HELD_OUT, THEIRS) > best + 0.5


@pytest.mark.parametrize("label", [0, 1])
def test_samples_are_of_both_clusters_of_the_class_that_was_asked_for(mixture, label):
    drawn = mixture.sample(400, y=label, random_state=0) @ [0.5, -0.5]
    nearest = np.abs(drawn[:, None] - CLUSTERS.ravel()).argmin(1)
    assert (nearest // 2 == label).mean() > 0.95
    assert 0.3 < (nearest % 2).mean() < 0.7


def test_it_is_the_same_after_the_disk_and_pickle(mixture, tmp_path):
    latentia.save(mixture, tmp_path / "model")
    for copied in (latentia.load(tmp_path / "model"), pickle.loads(pickle.dumps(mixture))):
        for ask in (
            lambda m: m.score_samples(X[:5], Y[:5]),
            lambda m: m.sample(6, y=1, random_state=0),
        ):
            assert np.array_equal(ask(mixture), ask(copied))


def test_it_is_the_prior_that_is_cited_and_drawn_from(mixture):
    assert mixture.sampler_ is mixture.model_.prior
    assert isinstance(mixture.model_.prior.head, heads.NormalMixture)
    assert "Gaussian Mixture" in mixture.citation().split("% NormalMixture\n")[1]


@pytest.mark.parametrize(
    "parameters",
    [
        {"posterior": "full"},
        {"posterior": "student-t", "objective": "iwae"},
        {"posterior": "flow", "objective": "dreg"},
        {"posterior": heads.NormalMixture, "prior": "auto"},
        {"posterior": heads.NormalMixture},
        {"posterior": "delta", "objective": "reconstruction", "penalty": "mmd"},
        {"objective": "wake-sleep"},
        {"objective": "constrained"},
        {"objective": partial(objectives.ELBO, gradient="sticking-the-landing")},
        {"embedding": 2},
    ],
    ids=str,
)
def test_it_goes_with_other_parts(parameters):
    model = VAE(3, **{**QUICK, **MIXTURE, **parameters}).fit(IRIS, SPECIES)
    assert np.isfinite(model.loss_curve_["loss"]).all()
    assert model.sample(3, y=1, random_state=0).shape == (3, 4)


def test_of_classes_that_only_some_examples_have():
    some = np.where(np.arange(150) % 2, SPECIES, -1)
    model = SemiSupervisedVAE(prior="mixture", conditioned=("decoder", "prior"), **QUICK)
    assert model.fit(IRIS, some).sample(3, y=2, random_state=0).shape == (3, 4)


@pytest.mark.parametrize("prior", ["flow", "vamp", partial(priors.LearnedMixture, n_components=3)])
def test_other_priors_are_refused_beside_a_network_that_predicts_them(prior):
    with pytest.raises(ValueError, match=r"no meaning beside.*Set prior='auto' or prior='mixture'"):
        clone(VAE(2, **QUICK, **MIXTURE)).set_params(prior=prior).fit(IRIS, SPECIES)


def test_directions_have_no_mixture_of_normals():
    model = VAE(3, posterior="von-mises-fisher", **QUICK, **MIXTURE)
    with pytest.raises(IncompatiblePartsError, match=r"'sphere'.*\(NormalMixture\) live in 'real'"):
        model.fit(IRIS, SPECIES)


def test_free_bits_need_a_divergence_of_dimensions():
    model = VAE(3, free_bits=0.1, **QUICK, **MIXTURE)
    with pytest.raises(IncompatiblePartsError, match="with the prior NormalMixture do not fit"):
        model.fit(IRIS, SPECIES)
