"""Few labels and many examples: what the unlabelled ones teach, and what may be missing."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy.special import logsumexp
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import latentia
from latentia import VAE, SemiSupervisedVAE, objectives
from latentia.errors import IncompatiblePartsError

QUIET = {"random_state": 0, "verbose": False}
IRIS, SPECIES = load_iris(return_X_y=True)
DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS = DIGITS / 16
TRAIN, TEST = np.split(np.random.default_rng(1).permutation(len(DIGITS)), [1297])


def some_labels(y, n_of_each, missing=-1):
    """Return y with only the first few labels of each class."""
    kept = np.full(len(y), missing, dtype=np.asarray(y).dtype)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)[:n_of_each]
        kept[rows] = label
    return kept


FEW = some_labels(LABELS[TRAIN], 10)
FEW_SPECIES = some_labels(SPECIES, 10)


def quick(**parameters):
    return SemiSupervisedVAE(
        **{"hidden_layer_sizes": (16,), "learning_rate": 0.02, "max_iter": 20, **QUIET} | parameters
    )


@pytest.fixture(scope="module")
def of_digits():
    return SemiSupervisedVAE(
        10,
        hidden_layer_sizes=(64,),
        likelihood="bernoulli",
        classification_weight=1.0,
        learning_rate=0.01,
        batch_size=64,
        max_iter=40,
        **QUIET,
    ).fit(DIGITS[TRAIN], FEW)


@pytest.fixture(scope="module")
def of_iris():
    return quick().fit(IRIS, FEW_SPECIES)


def test_examples_without_labels_teach_the_classifier(of_digits):
    known = FEW >= 0
    assert known.sum() == 100
    alone = [
        MLPClassifier((64,), max_iter=1000, random_state=seed)
        .fit(DIGITS[TRAIN][known], FEW[known])
        .score(DIGITS[TEST], LABELS[TEST])
        for seed in range(2)
    ]
    assert of_digits.score(DIGITS[TEST], LABELS[TEST]) > max(alone) + 0.01


def test_sampled_digits_are_of_the_class_that_was_asked_for(of_digits):
    judge = KNeighborsClassifier(5).fit(DIGITS, LABELS)
    asked = np.repeat(np.arange(10), 20)
    assert (judge.predict(of_digits.sample(y=asked, random_state=0)) == asked).mean() > 0.9
    assert (judge.predict(of_digits.sample(50, y=7, random_state=0)) == 7).mean() > 0.9
    drawn = judge.predict(of_digits.sample(300, random_state=0))
    assert len(np.unique(drawn)) == 10


def test_a_pipeline_of_two_models_takes_missing_labels():
    pipeline = make_pipeline(
        VAE(10, hidden_layer_sizes=(64,), max_iter=15, learning_rate=3e-3, **QUIET),
        quick(scaling="none", classification_weight=1.0, learning_rate=0.01),
    ).fit(DIGITS[TRAIN], FEW)
    assert pipeline.score(DIGITS[TEST], LABELS[TEST]) > 0.6
    assert pipeline.predict_proba(DIGITS[TEST][:5]).shape == (5, 10)


def expected_failures(estimator):
    return {"check_classifiers_classes": "it calls a class -1, which means missing here"}


@parametrize_with_checks(
    [quick(max_iter=8, learning_rate=0.04, batch_size=32)],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_every_parameter_is_documented_and_survives_clone():
    model = quick(class_prior="frequencies", classification_weight=0.5)
    assert clone(model).get_params() == model.get_params()
    for name in model.get_params():
        assert f"{name} : " in SemiSupervisedVAE.__doc__
    assert is_classifier(model)
    assert not {"condition", "free_bits"} & set(model.get_params())


NAMES = np.array(["setosa", "versicolor", "virginica"])


@pytest.mark.parametrize(
    "y",
    [
        FEW_SPECIES.tolist(),
        np.where(FEW_SPECIES < 0, np.nan, FEW_SPECIES),
        np.array([None if s < 0 else int(s) for s in FEW_SPECIES], dtype=object),
        pd.Series(FEW_SPECIES).where(FEW_SPECIES >= 0).astype("Int64"),
        pl.Series([None if s < 0 else int(s) for s in FEW_SPECIES]),
        torch.from_numpy(FEW_SPECIES),
        [None if s < 0 else str(NAMES[s]) for s in FEW_SPECIES],
        [-1 if s < 0 else str(NAMES[s]) for s in FEW_SPECIES],
    ],
    ids=["list", "nan", "object", "pandas", "polars", "tensor", "text", "text and -1"],
)
def test_a_label_may_be_missing_in_many_ways(y, of_iris):
    model = quick().fit(IRIS, y)
    of_text = isinstance(model.classes_[0], str)
    assert np.array_equal(model.classes_, NAMES if of_text else range(3))
    expected = of_iris.predict(IRIS)
    assert np.array_equal(model.predict(IRIS), NAMES[expected] if of_text else expected)


def test_labels_that_are_known_are_kept_and_the_others_filled_in(of_iris):
    filled = of_iris.fill_labels(IRIS, FEW_SPECIES)
    known = FEW_SPECIES >= 0
    assert np.array_equal(filled[known], SPECIES[known])
    assert np.array_equal(filled[~known], of_iris.predict(IRIS[~known]))
    assert np.array_equal(of_iris.transform(IRIS), of_iris.transform(IRIS, of_iris.predict(IRIS)))
    wrong = (SPECIES + 1) % 3
    assert not np.allclose(of_iris.transform(IRIS), of_iris.transform(IRIS, wrong))
    assert of_iris.energy(IRIS, SPECIES).mean() < of_iris.energy(IRIS, wrong).mean()
    again = of_iris.reconstruct(IRIS, SPECIES)
    assert np.allclose(again, of_iris.inverse_transform(of_iris.transform(IRIS, SPECIES), SPECIES))


def test_probabilities_are_those_of_the_network(of_iris):
    x = of_iris.scaling_(torch.from_numpy(IRIS)).double()
    with torch.no_grad():
        expected = of_iris.classifier_.double().net(x).softmax(1).numpy()
    of_iris.classifier_.float()
    assert np.allclose(of_iris.predict_proba(IRIS), expected, atol=1e-5)
    assert np.allclose(np.log(of_iris.predict_proba(IRIS)), of_iris.decision_function(IRIS))


def test_a_score_sums_over_the_classes(of_iris):
    joint = [of_iris.score_samples(IRIS[:9], np.full(9, c)) + np.log(1 / 3) for c in range(3)]
    scores = of_iris.score_samples(IRIS[:9])
    assert np.allclose(scores, logsumexp(joint, axis=0), atol=1e-5)
    assert (scores >= np.max(joint, axis=0)).all()
    assert torch.is_tensor(of_iris.score_samples(torch.from_numpy(IRIS[:9])))


def test_outliers_are_judged_by_the_energy(of_iris):
    share = (of_iris.energy(IRIS, FEW_SPECIES) > -of_iris.offset_).mean()
    assert share == pytest.approx(0.1, abs=0.02)


def test_the_frequencies_of_classes_are_learned_and_sampled():
    y = np.repeat([0, 1, 2], [37, 17, 3])
    rows = np.r_[0:37, 50:67, 100:103]
    model = quick(class_prior="frequencies").fit(IRIS[rows], y)
    assert np.allclose(model.class_prior_, [38 / 60, 18 / 60, 4 / 60])
    assert np.allclose(model._objective().log_prior.exp(), model.class_prior_)


def test_labels_weigh_as_much_however_few_they_are():
    for n_of_each in (5, 25):
        model = quick(max_iter=1, classification_weight=0.2)
        model.fit(IRIS, some_labels(SPECIES, n_of_each))
        assert model._objective().weight == pytest.approx(0.2 * 150 / (3 * n_of_each))


@pytest.mark.parametrize("n_of_each", [1, 3, 10])
def test_early_stopping_learns_from_labels_of_every_class(n_of_each):
    y = some_labels(SPECIES, n_of_each)
    model = quick(early_stopping=True, validation_fraction=0.4, max_iter=2).fit(IRIS, y)
    everything = model._batch(IRIS, y)
    train, held_out = model._split(everything)
    assert set(train.labels.tolist()) == {-1, 0, 1, 2}
    assert len(train) + len(held_out) == 150
    assert (held_out.labels >= 0).sum() == 3 * int(0.4 * n_of_each)
    assert "validation_loss" in model.loss_curve_


def test_early_stopping_of_nothing_but_one_label_each():
    model = quick(early_stopping=True, max_iter=2).fit(IRIS[[0, 75, 149]], [0, 1, 2])
    assert "validation_loss" not in model.loss_curve_


def test_all_parts_come_back_from_disk(tmp_path, of_iris):
    of_iris = quick(conditioned=("encoder", "prior"), embedding=2).fit(IRIS, NAMES[SPECIES])
    again = latentia.load(latentia.save(of_iris, tmp_path / "m"))
    copied = pickle.loads(pickle.dumps(of_iris))
    for other in (again, copied):
        for method in ("predict_proba", "transform", "score_samples", "energy"):
            ours, theirs = (getattr(m, method)(IRIS[:9]) for m in (of_iris, other))
            assert np.array_equal(ours, theirs)
        assert np.array_equal(of_iris.sample(9, random_state=0), other.sample(9, random_state=0))
        assert np.array_equal(of_iris.predict(IRIS), other.predict(IRIS))
        assert other.classes_.dtype == of_iris.classes_.dtype
        assert "Semi-Supervised Learning with Deep" in other.citation()
    again.partial_fit(IRIS)


def test_chunks_may_lack_labels_but_not_the_first():
    model = quick().partial_fit(IRIS[:60], FEW_SPECIES[:60], classes=[0, 1, 2])
    model.partial_fit(IRIS[60:])
    model.partial_fit(IRIS, FEW_SPECIES)
    assert np.array_equal(model.classes_, [0, 1, 2])
    assert model.n_iter_ == 3


@pytest.mark.parametrize(
    "parameters",
    [
        {"objective": partial(objectives.IWAE, 3)},
        {"beta": 2.0, "n_samples": 2},
        {"penalty": "code-norm", "corruption": "gaussian"},
        {"posterior": "full"},
        {"conditioned": ("decoder",), "micro_batch_size": 50},
        {"network": "convolutional", "hidden_layer_sizes": (4,)},
    ],
    ids=lambda parameters: ",".join(parameters),
)
def test_parts_mix(parameters):
    images = load_digits().images[:150]
    model = quick(max_iter=1, **parameters).fit(images, LABELS[:150])
    assert model.predict_proba(images).shape == (150, 10)
    assert model.fit_sampler("normal").sample(3, y=2).shape == (3, 8, 8)
    assert np.isfinite(model.score_samples(images[:2])).all()


def test_cross_validation_is_by_accuracy():
    scores = cross_val_score(quick(max_iter=40), IRIS, SPECIES, cv=2)
    assert (scores > 0.8).all()


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (None, "requires y to be passed"),
        (np.full(150, -1), "holds no label: all 150 are missing"),
        (np.where(SPECIES == 1, 1, -1), "one class, 1"),
        (IRIS[:, 0] + 0.05, "Unknown label type: continuous"),
        (np.array([1, "a"] * 75, dtype=object), "text and numbers"),
        (SPECIES[45:54], "9 labels, but X has 150 examples"),
    ],
    ids=["none", "all missing", "one class", "measurements", "mixed", "short"],
)
def test_labels_of_no_use_are_one_sentence(y, match):
    with pytest.raises(ValueError, match=match):
        quick().fit(IRIS, y)


def test_what_is_out_of_range_or_unknown_is_named(of_iris):
    for parameters, match in [
        ({"class_prior": "uniforn"}, "did you mean 'uniform'"),
        ({"classification_weight": -1}, "classification_weight=-1 must be"),
        ({"conditioned": ("encoder",)}, "'decoder' or 'prior' among them"),
    ]:
        with pytest.raises(ValueError, match=match):
            quick(**parameters).fit(IRIS, SPECIES)
    with pytest.raises(IncompatiblePartsError, match="bound=WakeSleep"):
        quick(objective="wake-sleep").fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="y is 3 in row 1, a label that was not there"):
        of_iris.transform(IRIS[:2], [0, 3])
    with pytest.raises(ValueError, match="a code does not tell its class"):
        of_iris.inverse_transform(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="n=0 must be"):
        of_iris.sample(0)


def test_examples_of_unknown_class_are_given_what_may_be():
    model = quick(max_iter=1).fit(IRIS, FEW_SPECIES)
    batch = model._batch(IRIS, FEW_SPECIES)
    (condition,) = batch.conditions
    assert torch.allclose(condition.sum(1), torch.ones(150))
    assert torch.allclose(condition[batch.labels < 0], torch.tensor(1 / 3))
    (guessed,) = model._guessed(replace(batch)).conditions
    assert set(guessed.flatten().tolist()) == {0.0, 1.0}
