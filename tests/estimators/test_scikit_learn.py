"""The scikit-learn contract, by scikit-learn's own checks and tools."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from latentia import VAE, Autoencoder, StackedAutoencoder

IRIS = load_iris(as_frame=True)


def quick(make, **parameters):
    return make(**{"max_iter": 3, "random_state": 0, "verbose": False, **parameters})


STACK = quick(
    StackedAutoencoder, layers=(3, 2), of=Autoencoder(code="sigmoid", max_iter=2, tied=True)
)


@parametrize_with_checks([quick(Autoencoder), quick(VAE), STACK])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("make", [Autoencoder, VAE])
def test_every_parameter_survives_clone_and_is_documented(make):
    estimator = make(5, hidden_layer_sizes=(3,), learning_rate=0.5, likelihood="laplace")
    assert clone(estimator).get_params() == estimator.get_params()
    for name in estimator.get_params():
        assert f"{name} : " in make.__doc__


def test_pipeline_and_grid_search_find_a_useful_code():
    pipeline = make_pipeline(quick(Autoencoder, max_iter=60), LogisticRegression(max_iter=500))
    search = GridSearchCV(pipeline, {"autoencoder__n_components": [1, 3]}, cv=3)
    search.fit(IRIS.data.to_numpy(), IRIS.target)
    assert search.best_score_ > 0.8


def test_grid_search_can_choose_by_the_estimators_own_score():
    search = GridSearchCV(quick(VAE, max_iter=30), {"n_components": [1, 2]}, cv=2)
    assert np.isfinite(search.fit(IRIS.data.to_numpy()).best_score_)


@pytest.mark.parametrize("make", [Autoencoder, VAE])
def test_frames_of_two_libraries_give_what_arrays_give(make):
    array = IRIS.data.to_numpy()
    from_array = quick(make).fit(array)
    for frame in (IRIS.data, pl.from_pandas(IRIS.data)):
        model = quick(make).fit(frame)
        assert np.array_equal(model.transform(frame), from_array.transform(array))
        assert list(model.feature_names_in_) == list(IRIS.data.columns)
        rebuilt = model.reconstruct(frame)
        assert type(rebuilt) is type(frame)
        assert list(rebuilt.columns) == list(frame.columns)
        assert np.array_equal(rebuilt.to_numpy(), from_array.reconstruct(array))


@pytest.mark.parametrize(("library", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_set_output_names_the_codes(library, kind):
    model = quick(VAE).set_output(transform=library)
    codes = model.fit_transform(IRIS.data)
    assert isinstance(codes, kind)
    assert list(codes.columns) == ["vae0", "vae1"]
