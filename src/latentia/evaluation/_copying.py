"""Whether a model knows the data, or copies whatever it is given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from latentia._arrays import as_examples, flat
from latentia.evaluation._codec import Codec, decoded, encoded
from latentia.evaluation._reconstruction import reconstruction
from latentia.evaluation._scaled import scaled

# Errors below this share of the variance are rounding.
_ROUNDING = 1e-9


def copying(model: Codec, x: Any, seed: int = 0, *, scale: Any = 1.0) -> dict[str, float]:
    r"""Compare the error on examples with that on noise of the same features.

    The noise is the examples with every feature shuffled over them, independently of the others:
    each feature keeps its distribution, and what features had to do with each other is gone. A
    model that knows the data cannot reconstruct the noise: it explains little of its variance. A
    code as wide as the data, or wider, can do without knowing: it copies what it is given.

    .. math:: \mathrm{ratio} = \frac{\sum_i \lVert \breve x_i - D(E(\breve x_i)) \rVert^2}
              {\sum_i \lVert x_i - D(E(x_i)) \rVert^2}, \qquad
              \breve x_{ij} = x_{\pi_j(i)\, j}

    Parameters
    ----------
    model : fitted estimator
        Anything with ``transform`` and ``inverse_transform``.
    x : array or tensor, shape (n, *event)
    seed : int, default=0
        Of the permutations.
    scale : float, array or tensor, default=1.0
        What features are divided by before errors are summed. By default those of large units
        decide; ``model.scaling_.scale`` counts them as training does.

    Returns
    -------
    dict of str to float
        - "data" and "noise": errors, squared units summed over features, mean over examples;
        - "data_explained" and "noise_explained": the shares of variance that are reconstructed; NaN
          where x does not vary. The second is near 1 for a model that copies;
        - "ratio": noise by data, 1 for a model that copies perfectly. It alone is no proof of the
          contrary: a model that copies well but learned from the data copies those better still. An
          error below one part in 10^9 of the variance of x counts as that much.

    Raises
    ------
    ValueError
        If x holds no finite examples, or ``scale`` does not fit them.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> line = np.outer(np.arange(100.0), [1.0, 2.0, -1.0])
    >>> knows, copies = (copying(PCA(k).fit(line), line) for k in (1, 3))
    >>> round(knows["noise_explained"], 1), round(copies["noise_explained"], 1)
    (0.5, 1.0)
    >>> knows["ratio"] > 1000, copies["ratio"]
    (True, 1.0)
    """
    x = as_examples(x, "x")
    noise = np.random.default_rng(seed).permuted(flat(x), axis=0).reshape(x.shape)
    data_error, noise_error = (
        reconstruction(scaled(y, scale), scaled(decoded(model, encoded(model, y)), scale))["sse"]
        for y in (x, noise)
    )
    # The noise has it too.
    variance = float(scaled(x, scale).var(axis=0).sum())
    errors = {"data": data_error, "noise": noise_error}
    explained = {
        f"{name}_explained": 1 - error / variance if variance > 0 else math.nan
        for name, error in errors.items()
    }
    return {**errors, **explained, "ratio": _ratio(noise_error, data_error, _ROUNDING * variance)}


def _ratio(noise: float, data: float, floor: float) -> float:
    # Of constant features the noise is the data.
    return 1.0 if noise == data else max(noise, floor) / max(data, floor)
