"""An image is like itself, and less so the more of its structure is gone."""

import numpy as np
import pytest
import torch

from latentia.evaluation import ssim

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(4, 16, 14))
NOISY = np.clip(X + 0.2 * RNG.normal(size=X.shape), 0, 1)


def test_an_image_is_like_itself_and_its_negative_is_not():
    np.testing.assert_allclose(ssim(X, X, 1.0), 1)
    assert (ssim(X, 1 - X, 1.0) < 0).all()


def test_one_window_by_hand():
    x, y = X[0, :11, :11], NOISY[0, :11, :11]
    place = np.arange(-5, 6)
    w = np.exp(-(place[:, None] ** 2 + place**2) / (2 * 1.5**2))
    w /= w.sum()
    mx, my = (w * x).sum(), (w * y).sum()
    vx, vy = (w * (x - mx) ** 2).sum(), (w * (y - my) ** 2).sum()
    c = (w * (x - mx) * (y - my)).sum()
    expected = (2 * mx * my + 1e-4) * (2 * c + 9e-4)
    expected /= (mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4)
    assert ssim(x[None], y[None], 1.0) == pytest.approx(expected)


def test_a_whole_image_is_the_mean_of_its_windows():
    windows = [
        tuple(a[i : i + 7, j : j + 7][None] for a in (X[0], NOISY[0]))
        for i in range(10)
        for j in range(8)
    ]
    each = [ssim(*pair, 1.0, window=7)[0] for pair in windows]
    assert ssim(X[:1], NOISY[:1], 1.0, window=7) == pytest.approx(np.mean(each))


def test_constant_images_differ_by_their_luminance_only():
    a, b = np.full((1, 11, 11), 0.2), np.full((1, 11, 11), 0.6)
    assert ssim(a, b, 1.0) == pytest.approx((0.24 + 1e-4) / (0.4 + 1e-4))


def test_it_is_symmetric_and_units_do_not_matter():
    expected = ssim(X, NOISY, 1.0)
    np.testing.assert_allclose(ssim(NOISY, X, 1.0), expected)
    np.testing.assert_allclose(ssim(255 * X, 255 * NOISY, 255), expected)
    np.testing.assert_allclose(ssim(X[:, ::-1], torch.as_tensor(NOISY).flip(1), 1.0), expected)
    assert (expected < 1).all()


def test_channels_are_averaged():
    both = ssim(np.stack([X, X], axis=1), np.stack([X, NOISY], axis=1), 1.0)
    np.testing.assert_allclose(both, (1 + ssim(X, NOISY, 1.0)) / 2)


def test_bytes_do_not_overflow():
    image = RNG.integers(0, 256, size=(1, 12, 12), dtype=np.uint8)
    np.testing.assert_allclose(ssim(image, 255 - image, 255), ssim(image / 255, 1 - image / 255, 1))


def test_refusals():
    with pytest.raises(ValueError, match=r"window=11 must be odd and no larger .* 8 x 8 pixels"):
        ssim(np.zeros((2, 8, 8)), np.zeros((2, 8, 8)), 1.0)
    with pytest.raises(ValueError, match="window=4"):
        ssim(X, X, 1.0, window=4)
    with pytest.raises(ValueError, match=r"x must hold images.*\(4, 224\)"):
        ssim(X.reshape(4, -1), X.reshape(4, -1), 1.0)
    with pytest.raises(ValueError, match="peak=0"):
        ssim(X, X, 0)
    with pytest.raises(ValueError, match="same shape"):
        ssim(X, X[:2], 1.0)
