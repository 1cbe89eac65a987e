"""What a measure asks of a model: to code, and to decode."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from latentia._arrays import as_array, as_examples


class Codec(Protocol):
    """A fitted transformer that can also go back, in scikit-learn's words.

    Every estimator of latentia is one, and so are ``sklearn.decomposition.PCA`` and its kin.
    """

    def transform(self, X: Any) -> Any:
        """Return the code of each example, shape (n, n_components)."""

    def inverse_transform(self, X: Any) -> Any:
        """Return the example for each code."""

    def get_feature_names_out(self) -> Any:
        """Return a name for each dimension of the code."""


def encoded(model: Codec, x: np.ndarray) -> np.ndarray:
    """Return the codes of examples as a table of finite numbers."""
    codes = as_examples(model.transform(x), "model.transform(x)")
    if codes.ndim != 2 or len(codes) != len(x):
        raise ValueError(
            f"model.transform(x) must hold one row of numbers for each of the {len(x)} examples, "
            f"but its shape is {codes.shape}."
        )
    return codes


def decoded(model: Codec, codes: np.ndarray) -> np.ndarray:
    """Return what codes stand for."""
    return as_array(model.inverse_transform(codes))
