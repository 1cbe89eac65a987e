"""Vital signs are those of the model, and of as many examples as are asked for."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from latentia import VAE, Autoencoder, data
from latentia.diagnosis import Vitals, diagnose, measure
from latentia.evaluation import explained_variance

SMALL = {"hidden_layer_sizes": (8,), "max_iter": 2, "random_state": 0, "verbose": False}
DIGITS = data.load("digits", n=200)
IRIS = data.load("iris")


def test_errors_are_those_of_the_scaled_data():
    model = Autoencoder(2, **SMALL).fit(IRIS.X)
    vitals = measure(model, IRIS.X)
    scale = model.scaling_.scale.numpy()
    expected = explained_variance(IRIS.X / scale, model.reconstruct(IRIS.X) / scale)
    assert vitals.fit.explained == pytest.approx(expected, rel=1e-5)
    shares = PCA(2).fit(IRIS.X / scale).explained_variance_ratio_
    assert 1 - vitals.fit.pca_error / vitals.fit.mean_error == pytest.approx(shares.sum(), rel=1e-5)
    np.testing.assert_allclose(vitals.feature_spread, 1, rtol=1e-5)


def test_frames_are_measured_as_arrays_are():
    frame = pd.DataFrame(IRIS.X, columns=list("abcd"))
    model = VAE(2, **SMALL).fit(frame)
    few, all_of_it = (measure(model, frame, max_examples=n) for n in (100, 2000))
    assert (few.n_examples, all_of_it.n_examples) == (100, 150)
    assert few.code.ceiling == pytest.approx(np.log(100))


def test_conditions_reach_the_parts():
    model = VAE(2, condition="y", **SMALL).fit(DIGITS.X, DIGITS.y)
    vitals = measure(model, DIGITS.X, DIGITS.y, held_out=DIGITS.X[:50], held_out_y=DIGITS.y[:50])
    assert isinstance(vitals, Vitals) and vitals.fit.held_out_error > 0


def test_the_table_has_what_was_measured():
    vitals = measure(VAE(2, **SMALL).fit(IRIS.X), IRIS.X)
    rows = {name: number for name, number, _ in vitals.rows()}
    assert rows["active codes"].endswith("of 2") and rows["information"].endswith("nats")
    assert {"explained variance", "KL from the prior", "discrepancy", "scale"} <= set(rows)


def test_the_serious_comes_first():
    model = VAE(2, scaling="none", **SMALL).fit(IRIS.X * [1, 1e4, 1, 1])
    severities = [f.severity for f in diagnose(measure(model, IRIS.X * [1, 1e4, 1, 1]))]
    assert severities == sorted(severities, key=["serious", "minor"].index)


def test_it_refuses_what_it_cannot_measure():
    model = VAE(2, **SMALL).fit(IRIS.X)
    with pytest.raises(ValueError, match="at least four"):
        measure(model, IRIS.X[:3])
    with pytest.raises(ValueError, match="max_examples=3"):
        measure(model, IRIS.X, max_examples=3)
    with pytest.raises(ValueError, match="fitted estimator of latentia"):
        measure(PCA(2).fit(IRIS.X), IRIS.X)
    with pytest.raises(ValueError, match="fitted estimator of latentia"):
        measure(VAE(2), IRIS.X)
