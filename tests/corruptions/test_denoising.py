"""What training with a corruption is for: the optimal denoiser, and cleaner digits."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris

from latentia import VAE, Autoencoder, evaluation, recipes
from latentia.corruptions import BlockMasking, Gaussian, Masking, corruptions

IRIS = load_iris().data
DIGITS = np.random.default_rng(0).permutation(load_digits().images) / 16
BOTH = pytest.mark.parametrize("make", [Autoencoder, VAE])

COVARIANCES = {
    "a line": [[1.0]],
    "a narrow line": [[0.09]],
    "a plane": [[4.0, 0.6], [0.6, 0.5]],
}


def gaussian(covariance, n=4000):
    """Examples whose mean is zero and whose covariance is exactly the one asked for."""
    x = np.random.default_rng(0).standard_normal((n, len(covariance)))
    x -= x.mean(0)
    x = np.linalg.solve(np.linalg.cholesky(x.T @ x / n), x.T).T
    return x @ np.linalg.cholesky(np.array(covariance)).T


def linear(n_components, corruption, **parameters):
    return Autoencoder(
        n_components,
        hidden_layer_sizes=(),
        likelihood="normal-unit",
        scaling="none",
        corruption=corruption,
        learning_rate=0.02,
        learning_rate_schedule="cosine",
        random_state=0,
        verbose=False,
        **parameters,
    )


@pytest.mark.parametrize("name", COVARIANCES)
def test_a_linear_denoiser_follows_the_gradient_of_the_noisy_log_density(name):
    covariance, sigma = np.array(COVARIANCES[name]), 0.5
    d = len(covariance)
    model = linear(d, Gaussian(sigma), max_iter=60).fit(gaussian(covariance))
    origin = model.reconstruct(np.zeros((1, d)))
    slope = (model.reconstruct(np.eye(d)) - origin).T
    noisy = covariance + sigma**2 * np.eye(d)
    # grad log N(x; 0, noisy) = -noisy^-1 x
    expected = np.eye(d) - sigma**2 * np.linalg.inv(noisy)
    assert np.abs(slope - expected).max() < 0.03 * np.abs(expected).max()
    assert np.abs(origin).max() < 0.03


def test_the_target_stays_clean():
    X = gaussian([[1.0]]) + 3.0
    model = linear(1, Masking(1.0, value=-50.0), max_iter=30).fit(X)
    # The encoder learns nothing of x, so the best guess is the mean, and the loss is the spread.
    assert model.reconstruct(np.full((1, 1), -50.0))[0, 0] == pytest.approx(3.0, abs=0.03)
    expected = 0.5 * (1 + math.log(2 * math.pi))
    assert model.loss_curve_["loss"][-1] == pytest.approx(expected, rel=0.01)


def test_the_corruption_sees_scaled_examples_in_training_only():
    seen = []

    def spy(x):
        seen.append(x)
        return x

    X = load_digits().images[:100]
    model = Autoencoder(scaling="max", corruption=spy, max_iter=1, verbose=False).fit(X)
    calls = len(seen)
    assert max(x.max() for x in seen) == 1 < X.max()
    model.denoise(X), model.score_samples(X), model.transform(X)
    assert len(seen) == calls


@pytest.mark.parametrize(
    ("recipe", "damage"),
    [
        ("autoencoder", Gaussian(0.5, clip=(0, 1))),
        ("denoising-vae", Gaussian(0.3)),
        ("denoising-autoencoder", Masking(0.25)),
        ("autoencoder", BlockMasking(3)),
    ],
    ids=str,
)
def test_held_out_digits_become_cleaner(recipe, damage):
    train, test = DIGITS[:1400], DIGITS[1400:]
    model = recipes.make(
        recipe, n_components=32, corruption=damage, max_iter=30, random_state=0, verbose=False
    ).fit(train)
    torch.manual_seed(0)
    spoilt = damage(torch.from_numpy(test)).numpy()
    before, after = (
        evaluation.reconstruction(test, x, peak=1.0)["psnr"]
        for x in (spoilt, model.denoise(spoilt))
    )
    assert after > before + 1


@BOTH
def test_denoise_is_reconstruct_in_the_container_of_x(make):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(IRIS, columns=list("abcd"))
    model = make(corruption="masking", max_iter=2, random_state=0, verbose=False).fit(frame)
    pandas.testing.assert_frame_equal(model.denoise(frame), model.reconstruct(frame))
    tensor = torch.from_numpy(IRIS[:5])
    plain = make(max_iter=2, verbose=False).fit(IRIS)
    assert isinstance(plain.denoise(tensor), torch.Tensor)


@BOTH
@pytest.mark.parametrize("name", corruptions)
def test_a_name_is_its_object_and_the_seed_decides(make, name):
    X = DIGITS[:100] if name == "block-masking" else IRIS

    def codes(corruption):
        model = make(corruption=corruption, max_iter=2, random_state=0, verbose=False)
        return clone(model).fit(X).transform(X)

    named = codes(name)
    np.testing.assert_array_equal(named, codes(name))
    np.testing.assert_array_equal(named, codes(corruptions[name]()))
    assert not np.allclose(named, codes(None))


REFUSED = {
    "unknown": ("gausian", "corruption='gausian' is unknown; did you mean 'gaussian'"),
    "number": (0.3, "corruption=0.3 is unknown"),
    "class": (Gaussian, "corruption=Gaussian is a class; give an object"),
    "shape": (lambda x: x[:, :2], r"must return a tensor of the shape it was given, \(128, 4\)"),
    "nothing": (lambda x: None, "but returned a NoneType"),
    "images": (BlockMasking(2), "for tables use Masking"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_one_sentence(case):
    corruption, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        Autoencoder(corruption=corruption, max_iter=1, verbose=False).fit(IRIS)


def test_a_wrong_name_is_refused_before_anything_is_built():
    model = Autoencoder(corruption="gausian")
    with pytest.raises(ValueError, match="corruption="):
        model.fit(IRIS)
    assert not hasattr(model, "model_")
