"""The error of a reconstruction is what its definition says, whatever holds the numbers."""

import math

import numpy as np
import pytest
import torch

from latentia import _blocks as blocks_module
from latentia.evaluation import pca_floor, reconstruction

RNG = np.random.default_rng(0)
SHAPES = {"table": (50, 4), "grey": (50, 4, 3), "colour": (50, 3, 4, 2)}
each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))


@each_shape
def test_sum_over_features_mean_over_examples(shape):
    x, x_hat = RNG.normal(size=shape), RNG.normal(size=shape)
    each = ((x - x_hat) ** 2).reshape(50, -1).sum(axis=1)
    errors = reconstruction(x, x_hat)
    assert errors["sse"] == pytest.approx(each.mean())
    assert errors["mse"] == pytest.approx(each.mean() / (x.size / 50))


def test_blocks_do_not_matter(monkeypatch):
    x, x_hat = RNG.normal(size=(50, 4)), RNG.normal(size=(50, 4))
    whole = reconstruction(x, x_hat)
    monkeypatch.setattr(blocks_module.blocks, "__defaults__", (12,))
    assert reconstruction(x, x_hat) == pytest.approx(whole)


def test_bytes_do_not_wrap_around():
    x, x_hat = np.zeros((1, 1), np.uint8), np.full((1, 1), 255, np.uint8)
    assert reconstruction(x, x_hat)["sse"] == 255**2
    assert reconstruction(x_hat, x)["sse"] == 255**2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_tensors_are_arrays(dtype):
    x = torch.tensor([[1.0, 2.0]], dtype=dtype, requires_grad=True)
    assert reconstruction(x, torch.zeros(1, 2)) == {"sse": 5.0, "mse": 2.5}


def test_signal_to_noise():
    x, x_hat = np.zeros((2, 5)), np.full((2, 5), 0.1)
    assert reconstruction(x, x_hat, peak=1.0)["psnr"] == pytest.approx(20)
    assert reconstruction(x, x_hat, peak=10.0)["psnr"] == pytest.approx(40)
    assert reconstruction(x, x, peak=1.0)["psnr"] == math.inf
    with pytest.raises(ValueError, match="peak=0"):
        reconstruction(x, x_hat, peak=0)


def test_refusals():
    with pytest.raises(
        ValueError, match=r"x and x_hat must have the same shape.*\(3, 2\) and \(3, 2, 1\)"
    ):
        reconstruction(np.zeros((3, 2)), np.zeros((3, 2, 1)))
    with pytest.raises(ValueError, match=r"x_hat holds NaN.*example 2"):
        reconstruction(np.zeros((3, 2)), [[0, 0], [0, 0], [0, np.nan]])
    with pytest.raises(ValueError, match=r"shape is \(0, 2\)"):
        reconstruction(np.zeros((0, 2)), np.zeros((0, 2)))


def test_floor_on_digits_is_what_the_spectrum_leaves_out(digits):
    # On its own data the error of k components is the sum of the other eigenvalues.
    x = digits.X.reshape(len(digits.X), -1).astype(float)
    spectrum = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    for k in (1, 8, 32):
        assert pca_floor(digits.X, digits.X, k)["sse"] == pytest.approx(spectrum[k:].sum())


def test_floor_of_held_out_digits(digits):
    train, test = digits.X[:1500].reshape(1500, -1), digits.X[1500:].reshape(-1, 64)
    mean = train.mean(axis=0, dtype=float)
    basis = np.linalg.svd(train - mean, full_matrices=False)[2][:5]
    left_over = (test - mean) - (test - mean) @ basis.T @ basis
    floor = pca_floor(digits.X[:1500], digits.X[1500:], 5)
    assert floor["sse"] == pytest.approx((left_over**2).sum(axis=1).mean(), rel=1e-6)


def test_floor_takes_no_more_components_than_there_are(digits):
    assert pca_floor(digits.X, digits.X, 1000)["sse"] == pytest.approx(0, abs=1e-9)
    few = pca_floor(digits.X[:3], digits.X[3:], 1000)
    assert few == pca_floor(digits.X[:3], digits.X[3:], 3)


def test_floor_refuses():
    with pytest.raises(ValueError, match="k=0"):
        pca_floor(np.eye(3), np.eye(3), 0)
    with pytest.raises(ValueError, match=r"\(3,\) and \(4,\)"):
        pca_floor(np.eye(3), np.eye(4), 1)
