"""How similar reconstructed images look."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_examples, same_shape

_SIGMA = 1.5


def ssim(x: Any, x_hat: Any, peak: float, *, window: int = 11) -> np.ndarray:
    r"""Return the structural similarity of images and their reconstructions.

    .. math:: \frac{(2 \mu \hat\mu + C_1)(2 \sigma_{x \hat x} + C_2)}
              {(\mu^2 + \hat\mu^2 + C_1)(\sigma^2 + \hat\sigma^2 + C_2)}, \qquad
              C_1 = (0.01 \, \mathrm{peak})^2, \; C_2 = (0.03 \, \mathrm{peak})^2

    with means, variances and covariance in a window of normal weights of standard deviation 1.5
    pixels, averaged over all places where the window fits, and over channels.

    Parameters
    ----------
    x, x_hat : array or tensor, shape (n, height, width) or (n, channels, height, width)
        Images and their reconstructions.
    peak : float
        The range of values a pixel can take, e.g. 1 or 255.
    window : int, default=11
        Pixels on each side of the window; odd. Numbers of different windows do not compare.

    Returns
    -------
    ndarray of shape (n,)
        At most 1, which equal images have.

    Raises
    ------
    ValueError
        If the shapes differ, x holds no images, the peak is not positive, or the window is even or
        larger than an image.

    References
    ----------
    Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli. Image Quality Assessment: From Error
    Visibility to Structural Similarity. 2004.

    Examples
    --------
    >>> image = np.random.default_rng(0).uniform(size=(1, 28, 28))
    >>> ssim(image, image, peak=1.0).round(6), bool(ssim(image, 1 - image, peak=1.0) < 0)
    (array([1.]), True)
    """
    x, x_hat = as_examples(x, "x"), as_examples(x_hat, "x_hat")
    same_shape(x.shape, x_hat.shape, "x and x_hat")
    _check(x, peak, window)
    x, x_hat = x.astype(np.float64), x_hat.astype(np.float64)
    mean, mean_hat = _averaged(x, window), _averaged(x_hat, window)
    variance = _averaged(x**2, window) - mean**2
    variance_hat = _averaged(x_hat**2, window) - mean_hat**2
    covariance = _averaged(x * x_hat, window) - mean * mean_hat
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    luminance = (2 * mean * mean_hat + c1) / (mean**2 + mean_hat**2 + c1)
    structure = (2 * covariance + c2) / (variance + variance_hat + c2)
    return (luminance * structure).reshape(len(x), -1).mean(axis=1)


def _averaged(images: np.ndarray, window: int) -> np.ndarray:
    """Return weighted means in all windows that fit."""
    # Here and not above: the import costs a moment.
    from scipy.ndimage import correlate1d

    half = window // 2
    weights = np.exp(-0.5 * np.square(np.arange(-half, half + 1) / _SIGMA))
    weights /= weights.sum()
    for axis in (-2, -1):
        images = correlate1d(images, weights, axis=axis)
    height, width = images.shape[-2:]
    return images[..., half : height - half, half : width - half]


def _check(x: np.ndarray, peak: float, window: int) -> None:
    if x.ndim not in (3, 4):
        raise ValueError(
            "x must hold images, of shape (n, height, width) or (n, channels, height, width), but "
            f"its shape is {x.shape}."
        )
    if not peak > 0:
        raise ValueError(f"peak={peak} must be positive: the range of values of a pixel.")
    if window < 1 or window % 2 == 0 or window > min(x.shape[-2:]):
        raise ValueError(
            f"window={window} must be odd and no larger than an image of "
            f"{x.shape[-2]} x {x.shape[-1]} pixels."
        )
