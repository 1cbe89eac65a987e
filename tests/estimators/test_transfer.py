"""A fitted encoder at a new task: frozen weights stay, thawed ones learn, labels are checked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

import latentia
from latentia import VAE, Autoencoder, StackedAutoencoder

X, Y = load_digits(return_X_y=True)
X = X / 16
TRAIN, TEST, Y_TRAIN, Y_TEST = train_test_split(X, Y, random_state=0, stratify=Y)
QUIET = {"random_state": 0, "verbose": False}


@pytest.fixture(scope="module")
def encoder():
    return Autoencoder(16, hidden_layer_sizes=(64,), max_iter=60, **QUIET).fit(TRAIN)


def weights(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def same(a, b):
    return {name: bool(torch.equal(a[name], b[name])) for name in a}


def test_a_frozen_encoder_keeps_its_weights_and_the_model_keeps_its_own(encoder):
    before = weights(encoder.encoder_)
    for freeze, n_kept in ((True, 4), (1, 2), (False, 0)):
        classifier = encoder.transfer(freeze=freeze, max_iter=3, **QUIET).fit(TRAIN, Y_TRAIN)
        kept = list(same(before, weights(classifier.encoder_)).values())
        assert kept == [True] * n_kept + [False] * (4 - n_kept)
        assert all(same(before, weights(encoder.encoder_)).values())


def test_freezing_every_layer_by_number_is_freezing_the_encoder(encoder):
    one = encoder.transfer(freeze=2, max_iter=5, **QUIET).fit(TRAIN, Y_TRAIN)
    all_ = encoder.transfer(freeze=True, max_iter=5, **QUIET).fit(TRAIN, Y_TRAIN)
    assert np.array_equal(one.predict_proba(TEST), all_.predict_proba(TEST))


def test_a_frozen_head_is_as_good_as_the_same_head_of_scikit_learn(encoder):
    ours = encoder.transfer(max_iter=200, **QUIET).fit(TRAIN, Y_TRAIN).score(TEST, Y_TEST)
    theirs = make_pipeline(PCA(16), LogisticRegression(max_iter=1000)).fit(TRAIN, Y_TRAIN)
    assert ours >= theirs.score(TEST, Y_TEST) - 0.01


def test_training_the_encoder_too_is_better_than_a_frozen_one(encoder):
    frozen = encoder.transfer(max_iter=100, **QUIET).fit(TRAIN, Y_TRAIN)
    tuned = encoder.transfer(freeze=False, max_iter=100, **QUIET).fit(TRAIN, Y_TRAIN)
    assert tuned.score(TEST, Y_TEST) > frozen.score(TEST, Y_TEST) + 0.01


def test_labels_of_any_type_and_probabilities(encoder):
    names = np.array(["zero", "one", "two"])
    few = Y_TRAIN < 3
    classifier = encoder.transfer(max_iter=50, **QUIET).fit(TRAIN[few], names[Y_TRAIN[few]])
    assert list(classifier.classes_) == ["one", "two", "zero"]
    p = classifier.predict_proba(TEST)
    assert np.allclose(p.sum(1), 1, atol=1e-5)
    assert np.array_equal(classifier.predict(TEST), classifier.classes_[p.argmax(1)])
    assert classifier.score(TEST[Y_TEST < 3], names[Y_TEST[Y_TEST < 3]]) > 0.95


def test_a_regression_in_the_units_of_its_targets():
    data = load_diabetes()
    model = Autoencoder(5, hidden_layer_sizes=(), max_iter=200, **QUIET).fit(data.data)
    regressor = model.transfer("regressor", max_iter=300, **QUIET).fit(data.data, data.target)
    assert regressor.score(data.data, data.target) > 0.3
    assert regressor.predict(data.data).mean() == pytest.approx(data.target.mean(), rel=0.05)
    both = np.stack([data.target, -3 * data.target], 1)
    double = model.transfer("regressor", max_iter=300, **QUIET).fit(data.data, both)
    assert double.predict(data.data).shape == both.shape
    assert double.score(data.data, both) > 0.3


def test_scikit_learns_own_tools(encoder):
    pipeline = encoder.transfer(RandomForestClassifier(random_state=0))
    assert isinstance(pipeline, Pipeline)
    before = weights(encoder.encoder_)
    assert pipeline.fit(TRAIN, Y_TRAIN).score(TEST, Y_TEST) > 0.8
    assert all(same(before, weights(encoder.encoder_)).values())
    classifier = encoder.transfer(max_iter=50, **QUIET)
    assert cross_val_score(classifier, TRAIN, Y_TRAIN, cv=2).min() > 0.8
    assert clone(classifier).get_params().keys() == classifier.get_params().keys()


def test_early_stopping_holds_labels_out_too(encoder):
    classifier = encoder.transfer(early_stopping=True, max_iter=20, **QUIET).fit(TRAIN, Y_TRAIN)
    assert "validation_prediction" in classifier.loss_curve_


@pytest.mark.parametrize(
    "model",
    [VAE(16, max_iter=30), StackedAutoencoder((32, 16), of=Autoencoder(max_iter=10), max_iter=5)],
    ids=lambda model: type(model).__name__,
)
def test_every_kind_of_model_can_be_put_to_a_task(model):
    model.set_params(**QUIET).fit(TRAIN)
    classifier = model.transfer(freeze=False, max_iter=50, **QUIET).fit(TRAIN, Y_TRAIN)
    assert classifier.score(TEST, Y_TEST) > 0.9


@pytest.mark.parametrize("head", ["classifier", "regressor"])
def test_it_comes_back_from_disk_as_it_was(encoder, head, tmp_path):
    target = Y_TRAIN if head == "classifier" else Y_TRAIN.astype(float)
    fitted = encoder.transfer(head, freeze=1, max_iter=3, hidden_layer_sizes=(8,), **QUIET)
    fitted.fit(TRAIN, target)
    again = latentia.load(latentia.save(fitted, tmp_path / "m"))
    assert np.array_equal(again.predict(TEST), fitted.predict(TEST))
    assert again._fitted.transform(TEST).tobytes() == encoder.transform(TEST).tobytes()
    assert again.fit(TRAIN, target).predict(TEST).shape == (len(TEST),)


def test_frames_go_in(encoder):
    frame = pd.DataFrame(TRAIN)
    classifier = encoder.transfer(max_iter=2, **QUIET)
    assert classifier.fit(frame.to_numpy(), pd.Series(Y_TRAIN)).predict(TEST).shape == Y_TEST.shape


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (lambda e: e.transfer().fit(TRAIN, 0 * Y_TRAIN), r"one class, 0; a classifier needs"),
        (lambda e: e.transfer().fit(TRAIN, Y_TRAIN[:-1]), r"y has 1346 labels, but X has 1347"),
        (lambda e: e.transfer().fit(TRAIN[:, :5], Y_TRAIN), r"64 features"),
        (lambda e: e.transfer().fit(TRAIN, Y_TRAIN + 0.5), r"Unknown label type|continuous"),
        (lambda e: e.transfer("regressor").fit(TRAIN, np.full(len(TRAIN), np.nan)), r"NaN"),
        (lambda e: e.transfer(freeze=3).fit(TRAIN, Y_TRAIN), r"freeze=3 .* from 0 to 2"),
        (lambda e: e.transfer(freeze="all").fit(TRAIN, Y_TRAIN), r"freeze='all'"),
        (lambda e: e.transfer(learning_rate=0.0).fit(TRAIN, Y_TRAIN), r"learning_rate=0.0"),
        (lambda e: e.transfer("clasifier"), r"did you mean 'classifier'"),
        (lambda e: e.transfer(frozen=True), r"parameter='frozen'"),
        (lambda e: e.transfer(LogisticRegression(), freeze=False), r"cannot train the encoder"),
        (lambda e: e.transfer(LogisticRegression), r"scikit-learn estimator"),
        (lambda e: Autoencoder().transfer(), r"not fitted"),
    ],
)
def test_refusals(encoder, act, match):
    with pytest.raises(ValueError, match=match):
        act(encoder)
