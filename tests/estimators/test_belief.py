"""Deep belief networks as estimators: greedy layers, a bound that rises, dreams."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import parametrize_with_checks

import latentia
from latentia import Autoencoder, DeepBeliefNetwork, RestrictedBoltzmannMachine, data, reports
from latentia.errors import IncompatiblePartsError

QUIET = {"random_state": 0, "verbose": False}
BINARY = (load_digits().images > 7).astype(float)
LAYER = RestrictedBoltzmannMachine(max_iter=30, batch_size=32, learning_rate=0.01)


def network(layers=(32, 16), **parameters):
    return DeepBeliefNetwork(
        layers, **{"of": LAYER, "max_iter": 15, "batch_size": 32, **QUIET, **parameters}
    )


SMALL = DeepBeliefNetwork((3, 2), of=RestrictedBoltzmannMachine(max_iter=2), max_iter=2, **QUIET)


@parametrize_with_checks([SMALL])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def greedy():
    return network(fine_tune=False).fit(BINARY)


@pytest.fixture(scope="module")
def tuned():
    return network().fit(BINARY)


def test_before_fine_tuning_it_is_its_machines(greedy):
    codes = BINARY
    for layer in greedy.layers_:
        codes = layer.transform(codes)
    assert np.allclose(greedy.transform(BINARY), codes, atol=1e-6)
    for layer in reversed(greedy.layers_):
        codes = layer.inverse_transform(codes)
    assert np.allclose(greedy.reconstruct(BINARY), codes, atol=1e-5)
    top = greedy.layers_[-1].model_
    assert torch.equal(greedy.model_.top.weight, top.weight)
    assert torch.equal(greedy.model_.prior.chains.states, top.prior.chains.states)
    assert greedy.n_iter_ == 0


def test_fine_tuning_raises_the_bound_and_leaves_the_layers(greedy, tuned):
    before, after = (m.log_likelihood_bound(BINARY)[0].mean() for m in (greedy, tuned))
    assert after > before + 0.3
    for a, b in zip(greedy.layers_, tuned.layers_, strict=True):
        assert torch.equal(a.model_.weight, b.model_.weight)
    assert {"loss", "reconstruction", "sleep_loss"} <= set(tuned.loss_curve_)


def test_samples_follow_the_data(tuned):
    drawn = tuned.sample(1000, random_state=0, mean=False)
    assert set(np.unique(drawn)) == {0.0, 1.0} and drawn.shape == (1000, 8, 8)
    assert np.abs(drawn.mean(0) - BINARY.mean(0)).mean() < 0.04
    flat, real = drawn.reshape(1000, -1), BINARY.reshape(len(BINARY), -1)
    off = np.abs(np.cov(flat.T) - np.cov(real.T)).mean()
    assert off < 0.5 * np.abs(np.diag(real.var(0)) - np.cov(real.T)).mean()


def test_scores_are_the_same_in_every_call_and_near_the_bound(tuned):
    scores = tuned.score_samples(BINARY)
    assert np.array_equal(scores, tuned.score_samples(BINARY))
    assert np.allclose(scores[:7], tuned.score_samples(BINARY[:7]), rtol=1e-12)
    bound, error = tuned.log_likelihood_bound(BINARY)
    assert np.corrcoef(scores, bound)[0, 1] > 0.9 and 0 <= error < 0.2
    noise = np.random.default_rng(0).permuted(BINARY.reshape(len(BINARY), -1), axis=1)
    assert (tuned.predict(noise.reshape(BINARY.shape)) == -1).mean() > 0.9


def test_it_comes_back_from_disk(tuned, tmp_path):
    again = latentia.load(latentia.save(tuned, tmp_path / "m"))
    for other in (again, pickle.loads(pickle.dumps(tuned))):
        assert np.array_equal(other.transform(BINARY), tuned.transform(BINARY))
        assert np.array_equal(other.score_samples(BINARY), tuned.score_samples(BINARY))
        drawn = [m.sample(4, random_state=0) for m in (other, tuned)]
        assert np.array_equal(*drawn)
    assert again.partial_fit(BINARY).n_iter_ == tuned.n_iter_ + 1
    assert clone(again).get_params()["layers"] == (32, 16)


def test_real_data_have_normal_units_below():
    X = load_digits().data[:, 10:30]
    layer = RestrictedBoltzmannMachine(max_iter=5)
    model = network((8, 4), of=layer, max_iter=3).fit(X - 5)
    assert model.likelihood_ == "normal" and model.scaling_.rule == "standard"
    assert np.isfinite(model.log_likelihood_bound(X - 5)[0]).all()


def test_a_report_is_made():
    digits = data.load("digits", n=300)
    model = SMALL.fit(digits.X)
    assert "minus free energy" in str(reports.run_files(model, digits, {})["report.html"])


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"layers": (8,)}, r"layers=\(8,\) must be at least two layers"),
        ({"layers": (8, 0)}, r"layers=\(8, 0\)"),
        ({"of": Autoencoder()}, "must be a RestrictedBoltzmannMachine"),
        ({"of": [LAYER]}, "of holds 1 estimators"),
        ({"n_gibbs_steps": 0}, "n_gibbs_steps=0"),
        ({"penalty": "l1"}, "penalty='l1' and DeepBeliefNetwork do not fit"),
        ({"corruption": "masking"}, "corruption='masking'"),
    ],
)
def test_refusals(parameters, match):
    with pytest.raises(ValueError, match=match):
        network(**parameters).fit(BINARY)


def test_layers_whose_spaces_do_not_fit_are_refused():
    linear = clone(LAYER).set_params(hidden="normal")
    rates = clone(LAYER).set_params(likelihood="bernoulli")
    with pytest.raises(IncompatiblePartsError, match="use likelihood='normal' above"):
        network(of=[linear, rates]).fit(BINARY)
