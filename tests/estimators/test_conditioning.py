"""A model of x given y draws what it is asked for, and says what it is missing."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import latentia
from latentia import VAE, Autoencoder
from latentia.errors import IncompatiblePartsError

DIGITS, LABELS = load_digits(return_X_y=True)
QUICK = {"max_iter": 2, "random_state": 0, "verbose": False}


# What the model learns from, and what it and its judge have each not seen.
LEARNED, HELD_OUT = train_test_split(
    np.arange(len(DIGITS)), test_size=600, stratify=LABELS, random_state=0
)


@pytest.fixture(scope="module")
def digits_given_labels():
    model = VAE(8, condition="y", max_iter=60, learning_rate=3e-3, random_state=0, verbose=False)
    return model.fit(DIGITS[LEARNED], LABELS[LEARNED])


@pytest.fixture(scope="module")
def judge():
    """A classifier of other digits than those that the model has learned from."""
    return KNeighborsClassifier(5).fit(DIGITS[HELD_OUT], LABELS[HELD_OUT])


def test_generated_digits_are_of_the_class_that_was_asked_for(digits_given_labels, judge):
    asked = np.repeat(np.arange(10), 50)
    drawn = digits_given_labels.sample(y=asked, random_state=0)
    assert (judge.predict(drawn) == asked).mean() >= 0.95


def test_labels_make_held_out_digits_likelier(digits_given_labels):
    parameters = {**digits_given_labels.get_params(), "condition": None}
    without = VAE(**parameters).fit(DIGITS[LEARNED])
    known = digits_given_labels.score(DIGITS[HELD_OUT], LABELS[HELD_OUT])
    assert known > without.score(DIGITS[HELD_OUT]) + 2


def test_a_digit_under_another_label_is_taken_for_that(digits_given_labels, judge):
    x, y = DIGITS[LEARNED[:200]], LABELS[LEARNED[:200]]
    own = digits_given_labels.reconstruct(x, y)
    sevens = digits_given_labels.reconstruct(x, y, as_y=7)
    assert (judge.predict(own) == y).mean() > 0.9
    assert (judge.predict(sevens) == 7).mean() > 0.9


def test_the_bound_holds_and_example_order_does_not_matter(digits_given_labels):
    scores = digits_given_labels.score_samples(DIGITS[:6], LABELS[:6])
    turned = digits_given_labels.score_samples(DIGITS[5::-1], LABELS[5::-1])
    assert np.allclose(scores, turned[::-1], atol=1e-4)
    energies = digits_given_labels.energy(DIGITS[:6], LABELS[:6])
    assert np.isfinite(energies).all()
    other = digits_given_labels.energy(DIGITS[:200], (LABELS[:200] + 1) % 10)
    assert other.mean() > digits_given_labels.energy(DIGITS[:200], LABELS[:200]).mean() + 10


@pytest.mark.parametrize("embedding", [None, 3])
@pytest.mark.parametrize("conditioned", [("decoder",), ("encoder", "decoder"), ("prior",)])
@pytest.mark.parametrize("network", ["mlp", "convolutional"])
def test_survives_the_disk_and_pickle(tmp_path, conditioned, embedding, network):
    images = DIGITS.reshape(-1, 8, 8)[:50]
    text = np.array([f"digit {label}" for label in LABELS[:50]])
    model = VAE(
        2, network=network, condition="y", conditioned=conditioned, embedding=embedding, **QUICK
    ).fit(images, text)
    latentia.save(model, tmp_path / "model")
    for copied in (latentia.load(tmp_path / "model"), pickle.loads(pickle.dumps(model))):
        for ask in (
            lambda m: m.transform(images, text),
            lambda m: m.sample(4, random_state=0, y="digit 3"),
            lambda m: m.score_samples(images[:3], text[:3]),
        ):
            assert np.array_equal(ask(model), ask(copied))


def test_a_part_that_does_not_see_the_condition_needs_none():
    model = VAE(2, condition="y", conditioned=("decoder",), **QUICK).fit(DIGITS, LABELS)
    assert np.array_equal(model.transform(DIGITS), model.transform(DIGITS, LABELS))
    assert np.array_equal(
        model.reconstruct(DIGITS[:5], as_y=3), model.reconstruct(DIGITS[:5], np.full(5, 3))
    )
    with pytest.raises(ValueError, match="y=None, but VAE was fitted with condition='y'"):
        model.sample(2)
    seen = VAE(2, condition="y", conditioned=("encoder",), **QUICK).fit(DIGITS, LABELS)
    assert np.array_equal(seen.sample(3, random_state=0), seen.sample(3, random_state=0, y=1))


def test_measurements_and_labels_together():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.uniform(20, 80, 2000), "kind": rng.choice(["a", "b"], 2000)})
    x = 0.1 * frame["age"].to_numpy() + 3.0 * (frame["kind"] == "b").to_numpy()
    X = np.stack([x, -x], axis=1) + 0.1 * rng.normal(size=(2000, 2))
    model = VAE(1, condition="y", max_iter=60, learning_rate=3e-3, random_state=0, verbose=False)
    model.fit(X, frame)
    asked = pd.DataFrame({"age": [30.0, 70.0, 30.0], "kind": ["a", "a", "b"]})
    drawn = np.mean([model.sample(y=asked, random_state=seed) for seed in range(50)], axis=0)
    assert np.allclose(drawn[:, 0], [3.0, 7.0, 6.0], atol=0.35)
    one = model.sample(5, y=[["30.0", "b"]], random_state=0)
    assert one.shape == (5, 2)


def test_a_prior_that_sees_the_condition_is_another_for_each_label():
    model = VAE(
        4, condition="y", conditioned=("decoder", "prior"), max_iter=20, random_state=0,
        verbose=False,
    ).fit(DIGITS, LABELS)  # fmt: skip
    assert model.sampler_ is model.model_.prior
    means = [model.sample(200, y=label, random_state=0).mean(0) for label in (0, 1)]
    assert (
        np.abs(means[0] - DIGITS[LABELS == 0].mean(0)).mean()
        < np.abs(means[1] - DIGITS[LABELS == 0].mean(0)).mean()
    )
    with pytest.raises(ValueError, match="prior='standard' has no meaning"):
        clone(model).set_params(prior="standard").fit(DIGITS, LABELS)


def test_autoencoders_and_further_passes():
    model = Autoencoder(3, condition="y", **QUICK).fit(DIGITS, LABELS)
    model.partial_fit(DIGITS[:100], LABELS[:100])
    assert model.fit_transform(DIGITS, LABELS).shape == (1797, 3)
    assert model.predict(DIGITS[:5], LABELS[:5]).shape == (5,)
    assert model.fit_sampler("gmm", DIGITS, LABELS).sample(3, y=2, random_state=0).shape == (3, 64)
    with pytest.raises(IncompatiblePartsError, match="tied=True and condition='y'"):
        Autoencoder(3, condition="y", tied=True, **QUICK).fit(DIGITS, LABELS)
    with pytest.raises(ValueError, match="fitted with condition='y' and sees y"):
        model.transfer("classifier").fit(DIGITS, LABELS)
    seen = Autoencoder(3, condition="y", conditioned=("decoder",), **QUICK).fit(DIGITS, LABELS)
    assert seen.transfer("classifier", **QUICK).fit(DIGITS, LABELS).score(DIGITS, LABELS) > 0.1


def test_labels_pass_a_pipeline_that_does_not_use_them():
    pipeline = make_pipeline(StandardScaler(), VAE(2, **QUICK))
    assert pipeline.fit_transform(DIGITS, LABELS).shape == (1797, 2)


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda m: m.sample(3, y=11), r"y is 11 in row 0, a label that was not there in fit"),
        (lambda m: m.sample(3, y=[1, 2]), "y has 2 rows for 3 examples"),
        (lambda m: m.transform(DIGITS), "needs y here"),
        (lambda m: m.inverse_transform(np.zeros((2, 2))), "needs y here"),
        (lambda m: m.sample(3, y=np.zeros((3, 2))), "y has 2 columns, but in fit it had 1"),
        (lambda m: clone(m).fit(DIGITS), "y=None, but VAE has condition='y'"),
        (lambda m: clone(m).fit(DIGITS, LABELS[:5]), "y has 5 rows for 1,797 examples"),
        (lambda m: clone(m).fit(DIGITS, [None] * 1797), "y has no value in row 0"),
        (lambda m: clone(m).fit(DIGITS, np.full(1797, np.inf)), "y is inf in row 0"),
        (lambda m: clone(m).set_params(condition="x").fit(DIGITS, LABELS), "condition='x' must"),
        (lambda m: clone(m).set_params(conditioned="prior").fit(DIGITS, LABELS), "conditioned="),
        (lambda m: VAE(2, **QUICK).fit(DIGITS).sample(2, y=1), "y is given, but VAE was fitted"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said(ask, match):
    model = VAE(2, condition="y", **QUICK).fit(DIGITS, LABELS)
    with pytest.raises(ValueError, match=match):
        ask(model)
