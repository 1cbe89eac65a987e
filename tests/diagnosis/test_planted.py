"""Every fault that is planted is named."""

import copy
from functools import partial

import numpy as np
import pytest
import torch

from latentia import VAE, Autoencoder, data, heads
from latentia.diagnosis import checks, diagnose, measure
from latentia.objectives import Quantization

SMALL = {"hidden_layer_sizes": (64,), "learning_rate": 3e-3, "random_state": 0, "verbose": False}
DIGITS = data.load("digits").X[::2]
OTHERS = data.load("digits").X[1::2]
IRIS = data.load("iris").X


def found(model, x, held_out=None):
    findings = diagnose(measure(model, x, held_out=held_out))
    assert all(np.isfinite(finding.value) for finding in findings)
    return {finding.name: finding for finding in findings}


@pytest.fixture(scope="module")
def vae():
    return VAE(4, max_iter=50, **SMALL).fit(DIGITS)


@pytest.fixture
def changed(vae):
    return copy.deepcopy(vae)


def raw_scales(model):
    """The last biases of the encoder, of which the second half are log scales."""
    bias = [p for name, p in model.encoder_.named_parameters() if name.endswith("bias")][-1]
    return bias.data[len(bias) // 2 :]


def test_a_price_of_fifty_collapses_the_code():
    findings = found(VAE(4, beta=50, max_iter=50, **SMALL).fit(DIGITS), DIGITS)
    assert list(findings) == ["posterior collapse"]
    assert "beta=50" in findings["posterior collapse"].cause


def test_a_fixed_scale_collapses_the_code():
    findings = found(VAE(4, likelihood="normal-unit", max_iter=50, **SMALL).fit(DIGITS), DIGITS)
    assert list(findings) == ["posterior collapse"]
    assert "likelihood='normal'" in findings["posterior collapse"].advice


def test_a_price_too_high_is_named_before_the_code_collapses():
    assert "beta too high" in found(VAE(8, beta=5.5, max_iter=90, **SMALL).fit(DIGITS), DIGITS)


def test_a_price_too_low_leaves_the_prior():
    assert "codes far from the prior" in found(
        VAE(4, beta=1e-3, max_iter=60, **SMALL).fit(DIGITS), DIGITS
    )


def test_most_codes_unused(changed):
    (weight,) = (p for p in changed.encoder_.parameters() if p.shape == (8, 64))
    weight.data[:3] = 0  # means of three of four codes
    assert found(changed, DIGITS)["unused codes"].value == 3


def test_thirty_examples_are_learned_by_heart():
    few = DIGITS[:30]
    model = Autoencoder(8, max_iter=500, **SMALL).fit(few)
    assert found(model, few, OTHERS)["overfitting"].value > 10
    assert "overfitting" not in found(model, few)  # nothing shows it then


def test_the_held_out_loss_shows_overfitting_too(vae):
    model = copy.deepcopy(vae)
    assert "overfitting" not in found(model, DIGITS)
    for record in model.history_.records:
        record["validation_loss"] = record["loss"] + 64  # a nat for each pixel
    assert found(model, DIGITS)["overfitting"].value == pytest.approx(3)


@pytest.mark.parametrize("estimator", [VAE, Autoencoder])
def test_a_feature_in_other_units(estimator):
    x = IRIS * [1, 1e4, 1, 1]
    findings = found(estimator(2, scaling="none", max_iter=20, **SMALL).fit(x), x)
    assert next(iter(findings)) == "unscaled inputs"
    assert "feature 2" in findings["unscaled inputs"].cause


def test_all_features_in_other_units():
    x = IRIS * 1e4
    model = VAE(2, scaling="none", max_iter=2, **SMALL).fit(x)
    assert found(model, x)["unscaled inputs"].value > 1e4


@pytest.mark.parametrize("estimator", [VAE, Autoencoder])
def test_one_epoch_is_too_little(estimator):
    findings = found(estimator(4, max_iter=1, **SMALL).fit(DIGITS), DIGITS)
    assert list(findings) == ["underfitting"]
    assert "max_iter" in findings["underfitting"].advice


def test_words_that_are_not_revived_are_dead():
    model = Autoencoder(
        4,
        code=partial(heads.VectorQuantized, n_codes=256),
        penalty=partial(Quantization, revive_below=0.0),
        max_iter=30,
        **SMALL,
    ).fit(DIGITS)
    assert found(model, DIGITS)["dead codebook"].value < 128


def test_words_in_use_are_alive():
    model = Autoencoder(4, code=partial(heads.VectorQuantized, n_codes=4), max_iter=60, **SMALL)
    assert "dead codebook" not in found(model.fit(DIGITS), DIGITS)


def test_features_that_never_move(changed):
    model = Autoencoder(4, code="relu", max_iter=1, **SMALL).fit(DIGITS)
    bias = [p for name, p in model.encoder_.named_parameters() if name.endswith("bias")][-1]
    bias.data[:] = torch.tensor([-1e3, 1e-3, -1e3, 1e3])
    assert found(model, DIGITS)["dead features"].value >= 2


def test_variances_that_vanish_and_explode(changed):
    raw_scales(changed)[0] -= 60
    raw_scales(changed)[1] += 60
    findings = found(changed, DIGITS)
    assert findings["vanishing posterior variance"].value < 2e-3
    assert findings["exploding posterior variance"].value > 100


def test_a_scale_at_its_floor(changed):
    changed.decoder_.head.log_scale.data.fill_(-40.0)
    assert found(changed, DIGITS)["saturated likelihood"].value < 2e-3


@pytest.mark.filterwarnings("ignore:A code of")
def test_a_code_wider_than_the_data_copies():
    model = Autoencoder(8, max_iter=250, **SMALL).fit(IRIS)
    assert found(model, IRIS)["copying"].value > 0.5


def test_certainty_that_does_not_come_true():
    few, others = ((x > 8).astype(float) for x in (DIGITS[:30], OTHERS))
    model = Autoencoder(8, likelihood="bernoulli", max_iter=400, **SMALL).fit(few)
    assert found(model, few, others)["overconfident likelihood"].value > 0.01
    assert "overconfident likelihood" not in found(model, few)


def test_every_check_says_what_it_looks_for_and_finds_nothing_in_a_healthy_model(vae):
    vitals = measure(vae, DIGITS)
    assert all(check.__doc__ and check(vitals) is None for check in checks)
