"""How far reconstructions are from what they reconstruct."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from latentia._arrays import as_examples, same_shape
from latentia._blocks import blocks


def reconstruction(x: Any, x_hat: Any, peak: float | None = None) -> dict[str, float]:
    r"""Measure the squared error of reconstructions.

    .. math:: \mathrm{sse} = \frac{1}{n} \sum_{i,j} (x_{ij} - \hat x_{ij})^2, \quad
              \mathrm{mse} = \mathrm{sse} / d, \quad
              \mathrm{psnr} = 10 \log_{10} (\mathrm{peak}^2 / \mathrm{mse})

    Parameters
    ----------
    x, x_hat : array or tensor, shape (n, *event)
        Examples and their reconstructions, d features each, in the same units.
    peak : float or None, default=None
        Largest value a feature can take, e.g. 1 or 255; asks for the peak signal-to-noise ratio.

    Returns
    -------
    dict of str to float
        "sse" (squared units, summed over features, mean over examples), "mse" (squared units, for
        each feature) and, with a peak, "psnr" in decibels, of the error over all examples.

    Raises
    ------
    ValueError
        If the shapes differ, there are no examples, or the peak is not positive.

    Examples
    --------
    >>> reconstruction([[0.0, 1.0], [1.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]], peak=1.0)
    {'sse': 0.5, 'mse': 0.25, 'psnr': 6.020599913279624}
    """
    x, x_hat = as_examples(x, "x"), as_examples(x_hat, "x_hat")
    same_shape(x.shape, x_hat.shape, "x and x_hat")
    if peak is not None and not peak > 0:
        raise ValueError(f"peak={peak} must be positive: the largest value a feature can take.")
    total = sum(
        float(np.square(np.subtract(block, x_hat[start : start + len(block)], dtype=float)).sum())
        for start, block in blocks(x)
    )
    errors = {"sse": total / len(x), "mse": total / x.size}
    if peak is not None:
        exact = errors["mse"] == 0
        errors["psnr"] = math.inf if exact else 10 * math.log10(peak**2 / errors["mse"])
    return errors
