"""The linear autoencoder is principal component analysis, and a code as wide as the data copies."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from latentia import VAE, Autoencoder, evaluation, priors
from latentia.errors import OvercompleteWarning

DIGITS = load_digits().data / 16
CANCER = StandardScaler().fit_transform(load_breast_cancer().data)
CONVERGED = {
    "hidden_layer_sizes": (), "likelihood": "normal-unit", "scaling": "none",
    "optimizer": "lbfgs", "precision": "float64", "random_state": 0, "verbose": False,
}  # fmt: skip


def pca_error(X, k):
    pca = PCA(k).fit(X)
    return np.square(pca.inverse_transform(pca.transform(X)) - X).sum()


def error(model, X):
    return np.square(model.reconstruct(X) - X).sum()


@pytest.mark.parametrize("tied", [False, True])
def test_it_reaches_the_floor_and_the_subspace_of_pca(tied):
    model = Autoencoder(5, tied=tied, max_iter=600, **CONVERGED).fit(CANCER)
    assert error(model, CANCER) == pytest.approx(pca_error(CANCER, 5), rel=1e-6)
    directions = PCA(5).fit(CANCER).components_.T
    angles = evaluation.principal_angles(evaluation.decoded_directions(model), directions)
    assert angles.max() < 1e-2
    assert model.history_.stopped in ("converged", "finished")


def test_tied_weights_of_the_optimum_are_orthonormal():
    model = Autoencoder(5, tied=True, max_iter=600, **CONVERGED).fit(CANCER)
    W = evaluation.decoded_directions(model)
    assert np.allclose(W.T @ W, np.eye(5), atol=1e-3)


def test_more_codes_never_reconstruct_worse():
    errors = [
        error(Autoencoder(k, max_iter=300, **CONVERGED).fit(CANCER), CANCER) for k in (1, 3, 9)
    ]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("k", [4, 6])
def test_a_code_as_wide_as_the_data_becomes_the_identity(k):
    X = StandardScaler().fit_transform(load_iris().data)
    with pytest.warns(OvercompleteWarning, match=f"{k} dimensions for 4 feature"):
        model = Autoencoder(k, max_iter=1000, **CONVERGED).fit(X)
    assert error(model, X) / len(X) < 1e-6
    composed = model.reconstruct(np.eye(4)) - model.reconstruct(np.zeros((4, 4)))
    assert np.linalg.norm(composed - np.eye(4)) < 1e-3
    assert model.overcomplete_ == (k > 4)


def test_what_keeps_a_wide_code_from_copying_also_keeps_it_from_warning(recwarn):
    for parameters in ({"corruption": "masking"}, {"penalty": "code-norm"}, {"code": "top-k"}):
        Autoencoder(64, max_iter=1, verbose=False, **parameters).fit(DIGITS[:100])
    VAE(64, max_iter=1, verbose=False).fit(DIGITS[:100])
    assert not [w for w in recwarn if issubclass(w.category, OvercompleteWarning)]


def test_a_wide_code_without_restraint_reconstructs_shuffled_data_too():
    kept = evaluation.copying(
        Autoencoder(8, max_iter=60, random_state=0, verbose=False).fit(DIGITS), DIGITS
    )
    with pytest.warns(OvercompleteWarning):
        wide = Autoencoder(128, max_iter=60, random_state=0, verbose=False).fit(DIGITS)
    assert evaluation.copying(wide, DIGITS)["noise_explained"] > 0.8
    assert kept["noise_explained"] < 0.3


def test_codes_of_an_autoencoder_that_nobody_asked_to_be_normal_are_not():
    # The prior of a variational model was there in training; here it is only guessed.
    options = {"max_iter": 60, "random_state": 0, "verbose": False}
    plain = Autoencoder(8, **options).fit(DIGITS)
    plain.sampler_ = priors.StandardNormal(8)
    variational = VAE(8, **options).fit(DIGITS)
    distances = {
        type(model).__name__: np.sqrt(
            np.square(model.sample(300, random_state=0)[:, None] - DIGITS[None]).sum(-1)
        ).min(1).mean()
        for model in (plain, variational)
    }  # fmt: skip
    assert distances["VAE"] < distances["Autoencoder"]
