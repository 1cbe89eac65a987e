"""Restricted Boltzmann machines as estimators: likelihoods, chains, scales, refusals."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch.utils.flop_counter import FlopCounterMode

import latentia
from latentia import (
    RestrictedBoltzmannMachine,
    StackedAutoencoder,
    data,
    inference,
    models,
    objectives,
    reports,
)
from latentia.errors import IncompatiblePartsError

QUIET = {"random_state": 0, "verbose": False}
DIGITS = load_digits().images
BINARY = (DIGITS > 7).astype(float)
IRIS = load_iris().data
PATTERNS = np.array([[1.0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 1]]).repeat(40, axis=0)


def rbm(n_components=8, **parameters):
    return RestrictedBoltzmannMachine(n_components, **{"max_iter": 3, **QUIET, **parameters})


@parametrize_with_checks([rbm(3)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_every_parameter_survives_clone_and_is_documented():
    estimator = rbm(5, hidden="normal", n_chains=7, persistent=True)
    assert clone(estimator).get_params() == estimator.get_params()
    documented = estimator.__doc__.replace("corruption, penalty, penalty_weight", "")
    for name in estimator.get_params().keys() - {"corruption", "penalty", "penalty_weight"}:
        assert f"{name} : " in documented


def test_the_log_likelihood_is_normalised():
    model = rbm(3, max_iter=30).fit(PATTERNS)
    states = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    log_p, error = model.log_likelihood(states)
    assert error == 0 and np.exp(log_p).sum() == pytest.approx(1, abs=1e-5)
    differences = model.score_samples(states) - log_p
    assert np.allclose(differences, float(inference.log_partition(model.model_)), atol=1e-5)
    assert np.array_equal(model.energy(states), -model.score_samples(states))


def test_densities_of_normal_units_are_in_the_units_of_the_data():
    here, there = (rbm(2, max_iter=20).fit(scale * IRIS) for scale in (1.0, 10.0))
    a, b = (model.log_likelihood(s * IRIS)[0] for model, s in ((here, 1), (there, 10)))
    assert np.allclose(a - b, IRIS.shape[1] * np.log(10), atol=1e-3)
    assert here.likelihood_ == "normal" and here.scaling_.rule == "standard"


def test_training_raises_the_likelihood_of_what_it_sees():
    untrained = rbm(4, max_iter=1, learning_rate=1e-9).fit(PATTERNS)
    trained = rbm(4, max_iter=1000, learning_rate=0.02).fit(PATTERNS)
    assert untrained.log_likelihood(PATTERNS)[0].mean() < -2.5
    # The entropy of three equal patterns is log 3 nats.
    assert -1.6 < trained.log_likelihood(PATTERNS)[0].mean() < -np.log(3)
    assert trained.pseudo_log_likelihood(PATTERNS, exact=True).mean() > -1.6


def test_a_constant_that_cannot_be_counted_is_estimated():
    model = rbm(16, max_iter=5).fit(BINARY)
    estimate, error = model.log_likelihood(BINARY[:50], n_temperatures=300)
    exact = model.score_samples(BINARY[:50]) - float(inference.log_partition(model.model_))
    assert 0 < error < 0.1 and np.abs(estimate - exact).max() < 4.5 * error
    assert model.log_likelihood(BINARY[:5])[1] == model.log_likelihood(BINARY[:5])[1]


def test_samples_follow_the_data():
    model = rbm(32, max_iter=60, batch_size=32, learning_rate=0.01).fit(BINARY)
    drawn = model.sample(1000, random_state=0, mean=False)
    assert set(np.unique(drawn)) == {0.0, 1.0} and drawn.shape == (1000, 8, 8)
    assert np.abs(drawn.mean(0) - BINARY.mean(0)).mean() < 0.04
    flat, real = drawn.reshape(1000, -1), BINARY.reshape(len(BINARY), -1)
    off = np.abs(np.cov(flat.T) - np.cov(real.T)).mean()
    independent = np.abs(np.diag(real.var(0)) - np.cov(real.T)).mean()
    assert off < 0.5 * independent
    assert np.array_equal(model.sample(3, random_state=1), model.sample(3, random_state=1))


def test_codes_are_rates_or_linear_and_reconstructions_go_there_and_back():
    rates, linear = rbm().fit(BINARY), rbm(hidden="normal", learning_rate=1e-3).fit(BINARY)
    codes = rates.transform(BINARY)
    assert codes.min() > 0 and codes.max() < 1
    assert np.allclose(rates.inverse_transform(codes), rates.reconstruct(BINARY), atol=1e-6)
    w, c = linear.model_.weight.detach().numpy(), linear.model_.hidden.bias.detach().numpy()
    flat = BINARY.reshape(len(BINARY), -1)
    assert np.allclose(linear.transform(BINARY), flat @ w.T + c, atol=1e-4)


@pytest.mark.parametrize(
    ("X", "likelihood", "scaling"),
    [
        (BINARY, "bernoulli", "none"),
        (DIGITS, "bernoulli", "max"),
        (IRIS, "normal", "standard"),
        (DIGITS - 5, "normal", "standard"),
    ],
)
def test_units_are_chosen_by_what_the_scaled_data_are(X, likelihood, scaling):
    model = rbm(max_iter=1).fit(X)
    assert (model.likelihood_, model.scaling_.rule) == (likelihood, scaling)
    assert np.isfinite(model.score(X))


@pytest.mark.parametrize(
    "parameters",
    [{}, {"persistent": False}, {"temperatures": (0.5, 1.0)}, {"hidden": "normal"}],
    ids=["persistent", "cd", "tempered", "linear"],
)
def test_models_come_back_from_disk_and_chains_go_on(parameters, tmp_path):
    model = rbm(**parameters).fit(BINARY)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    for other in (again, pickle.loads(pickle.dumps(model))):
        assert np.array_equal(other.transform(BINARY), model.transform(BINARY))
        assert np.array_equal(other.score_samples(BINARY), model.score_samples(BINARY))
        drawn = [m.sample(4, random_state=0) for m in (other, model)]
        assert np.array_equal(*drawn)
        assert other.partial_fit(BINARY).n_iter_ == 4
    kept = again.model_.prior.chains
    assert kept.started == (parameters.get("persistent", True))
    if kept.started:
        assert torch.equal(kept.states, again.objective_.chains.states[-1])


def test_partial_fit_goes_on_where_the_chains_are():
    model = rbm(batch_size=50, n_chains=10).partial_fit(BINARY[:50])
    before = model.objective_.chains.states.clone()
    assert before.shape == (1, 10, 8)
    model.partial_fit(BINARY[50:100])
    assert model.n_iter_ == 2 and not torch.equal(before, model.objective_.chains.states)
    assert model.objective_.chains is model._trainer.objective.chains


def test_early_stopping_watches_held_out_reconstructions():
    model = rbm(max_iter=900, early_stopping=True, n_iter_no_change=8, learning_rate=0.03)
    curves = model.fit(BINARY[:300]).loss_curve_
    held_out = curves["validation_loss"]
    assert model.history_.stopped == "early" and model.history_.kept == np.argmin(held_out) + 1
    assert min(held_out) < 0.8 * held_out[0]


def test_an_unrolled_layer_is_the_machine():
    model = StackedAutoencoder((12, 5), of=rbm(), fine_tune=False, **QUIET).fit(BINARY)
    codes = BINARY
    for layer in model.layers_:
        codes = layer.transform(codes)
    assert np.allclose(model.transform(BINARY), codes, atol=1e-6)
    for layer in reversed(model.layers_):
        codes = layer.inverse_transform(codes)
    assert np.allclose(model.reconstruct(BINARY), codes, atol=1e-5)


def test_machines_give_a_deep_autoencoder_a_start(tmp_path):
    of = [rbm(), rbm(hidden="normal", learning_rate=1e-3)]
    stack = StackedAutoencoder(
        (32, 8), of=of, likelihood="bernoulli", max_iter=30, learning_rate=5e-3, **QUIET
    )
    rough = clone(stack).set_params(fine_tune=False).fit(DIGITS)
    model = stack.fit(DIGITS)
    errors = [np.square(m.reconstruct(DIGITS) - DIGITS).sum((1, 2)).mean() for m in (rough, model)]
    assert errors[1] < 0.7 * errors[0]
    assert (model.transform(DIGITS).min() < 0) and model.layers_[1].likelihood_ == "bernoulli"
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    assert np.array_equal(again.reconstruct(DIGITS), model.reconstruct(DIGITS))


def test_a_report_has_its_filters_and_its_score():
    digits = data.load("digits", n=300)
    model = rbm(9, max_iter=2).fit(digits.X)
    files = reports.run_files(model, digits, {"spec": "digits"})
    assert "minus free energy" in str(files["report.html"])
    assert any("weights" in name for name in files)


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"n_gibbs_steps": 0}, "n_gibbs_steps=0 must be an integer of at least 1"),
        ({"n_components": 0}, "n_components=0"),
        ({"n_chains": 0}, "n_chains=0"),
        ({"hidden": "binary"}, "hidden='binary' must be 'bernoulli' or 'normal'"),
        ({"likelihood": "poisson"}, "likelihood='poisson' must be 'auto', 'bernoulli' or 'normal'"),
        ({"temperatures": (0.5,)}, "temperatures"),
        ({"temperatures": (0.5, 1.0), "persistent": False}, "persistent=True"),
        ({"likelihood": "normal", "hidden": "normal"}, "no lower bound"),
        ({"likelihood": "normal", "scaling": "none"}, "scale x to variance 1"),
        ({"likelihood": "bernoulli", "scaling": "none"}, r"needs values in \[0, 1\]"),
        ({"penalty": "l1"}, "penalty='l1' and RestrictedBoltzmannMachine do not fit.*weight_decay"),
        ({"corruption": "masking"}, "corruption='masking' and .* do not fit"),
        ({"micro_batch_size": 2}, "micro_batch_size"),
    ],
)
def test_refusals(parameters, match):
    with pytest.raises(ValueError, match=match):
        rbm(**parameters).fit(100 * IRIS)


def test_layers_whose_spaces_do_not_fit_are_refused():
    of = [rbm(hidden="normal"), rbm(likelihood="bernoulli")]
    with pytest.raises(IncompatiblePartsError, match=r"of\[1\].*use likelihood='normal' above"):
        StackedAutoencoder((8, 4), of=of, **QUIET).fit(BINARY)
    of = rbm(hidden="normal")
    with pytest.raises(IncompatiblePartsError, match="no lower bound"):
        StackedAutoencoder((8, 4), of=of, likelihood="bernoulli", **QUIET).fit(BINARY)
    with pytest.raises(IncompatiblePartsError, match="normal visible units do not fit"):
        rbm(max_iter=1).fit(IRIS).pseudo_log_likelihood(IRIS)


def test_a_step_multiplies_no_more_than_its_gradient_needs():
    # One product down for the chains, one up for examples and chains, and one for the gradient.
    machine, n = models.RBM(300, 200), 20
    batch = models.Batch((torch.rand(n, 300) < 0.3).float())
    estimator = rbm(200, max_iter=1).fit((np.arange(6000).reshape(20, 300) % 7 < 3).astype(float))
    objective = estimator._objective()
    with FlopCounterMode(display=False) as counter:
        ((_, loss),) = objective.losses(machine, batch, objectives.Info())
        loss.total.backward()
    least = 2 * 300 * 200 * (n + 2 * n + 2 * n)
    assert least <= counter.get_total_flops() < 1.1 * least


def test_what_is_told_of_a_batch_is_how_badly_its_examples_are_reconstructed():
    model = rbm(8, max_iter=1, likelihood="bernoulli").fit(BINARY[:100])
    batch = models.Batch(torch.from_numpy(BINARY[:100]).float())
    objective = model._objective()
    machine = model.model_
    told = -machine.decoder(machine.encode(batch.x)).log_prob(batch.x)
    with torch.no_grad():
        ((_, loss),) = objective.losses(machine, batch, objectives.Info())
    assert torch.allclose(loss.values, told, rtol=1e-4)
    ((_, loss),) = objective.losses(machine, batch, objectives.Info())
    assert torch.allclose(loss.values, told[::10].mean().expand(100), rtol=1e-4)


def test_a_report_says_how_many_chains_an_estimate_rests_on():
    model = rbm(16).fit(BINARY[:200])
    values, error = model.log_likelihood(BINARY[:5], n_temperatures=300)
    same, report = model.log_likelihood(BINARY[:5], n_temperatures=300, return_report=True)
    assert np.array_equal(values, same) and report.standard_error == error
    assert 20 < report.effective_sample_size <= 100
    annealed = inference.anneal_partition
    counted = rbm(4).fit(BINARY[:200]).log_likelihood(BINARY[:5], return_report=True)[1]
    assert counted.standard_error == 0 and counted.effective_sample_size == np.inf
    assert annealed(model.model_, n_chains=1, n_temperatures=2).standard_error.isnan()


def test_an_estimate_that_rests_on_a_few_chains_warns():
    model = rbm(30, learning_rate=0.3, max_iter=10).fit(BINARY[:300])
    with pytest.warns(UserWarning, match=r"log Z rests on .* of 30 chains"):
        model.log_likelihood(BINARY[:5], n_chains=30, n_temperatures=2)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"n_chains": 1}, "n_chains=1 must be an integer of at least 2"),
        ({"n_chains": 0}, "n_chains=0 must be an integer of at least 2"),
        ({"n_temperatures": 0}, "n_temperatures=0 must be an integer of at least 1"),
    ],
)
@pytest.mark.parametrize("n_components", [4, 16])
def test_too_few_chains_for_an_error_are_refused(settings, match, n_components):
    model = rbm(n_components, max_iter=1).fit(BINARY[:50])
    with pytest.raises(ValueError, match=match):
        model.log_likelihood(BINARY[:5], **settings)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x * [1, 1e-4, 1, 1],
        lambda x: x * [1, 100.0, 1, 1],
        lambda x: x + np.array([0, 0, 1e4, 0]),
        lambda x: x * 1000,
    ],
)
def test_every_column_of_normal_units_must_be_scaled(change):
    x = (IRIS - IRIS.mean(0)) / IRIS.std(0)
    kind = {"likelihood": "normal", "scaling": "none", "max_iter": 1}
    rbm(3, **kind).fit(x)
    rbm(3, **kind).fit(x * [1, 1, 0, 1])  # a constant column does no harm
    with pytest.raises(ValueError, match=r"column \d has"):
        rbm(3, **kind).fit(change(x))
