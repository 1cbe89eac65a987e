"""From what users hold (arrays, frames, tensors) to checked arrays, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

from latentia._arrays import as_array, native
from latentia.data import Stream, as_stream, check_finite, frame_to_array, is_frame


def check_input(estimator: BaseEstimator, X: Any, *, reset: bool) -> Any:
    """Return X as an array of finite numbers, 2-D for tables and 3-D or 4-D for images.

    What is larger than memory becomes a stream, which looks like an array; one pass checks it.

    Parameters
    ----------
    estimator : estimator
        Learns the number and names of features if ``reset``, else is asked for them.
    X : array, frame, tensor, stream or path
        Not copied where it can be avoided.
    reset : bool
        True in ``fit``.

    Raises
    ------
    ValueError
        For text, NaN, infinity, too few rows, or features other than those in ``fit``.
    """
    X = as_stream(X)
    values = X
    names = None
    if isinstance(X, Stream):
        return _checked_stream(estimator, X, reset)
    if isinstance(X, torch.Tensor):
        X = values = as_array(X)
    elif is_frame(X):
        values, names = frame_to_array(X, "X")
    array = check_array(
        values,
        accept_sparse=False,
        dtype="numeric",
        allow_nd=True,
        ensure_all_finite=False,
        ensure_min_samples=2 if reset else 1,
        estimator=estimator,
        input_name="X",
    )
    if array.ndim > 4 or array.size == 0:
        raise ValueError(
            f"X has shape {array.shape}; a table is (n, d), images are (n, H, W) or (n, C, H, W), "
            "with at least one of each."
        )
    _check_shape(estimator, array, reset)
    array = native(array)
    if reset:
        # Before anything is remembered of X, so that a refusal leaves the estimator as it was.
        check_finite(array, "X contains NaN or infinity", names)
    # Between tables, scikit-learn's own sentence names the number of features or the columns.
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    if not reset:
        check_finite(array, "X contains NaN or infinity", names)
    return array


def _checked_stream(estimator: BaseEstimator, X: Stream, reset: bool) -> Stream:
    _check_shape(estimator, X, reset)
    if reset and len(X) < 2:
        raise ValueError(f"{X.name}: the data has 1 row; at least 2 are needed to learn from.")
    if not X.is_finite:
        check_finite(X, f"{X.name} contains NaN or infinity", X.names)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    return X


def _check_shape(estimator: BaseEstimator, array: np.ndarray | Stream, reset: bool) -> None:
    shape = array.shape[1:] if reset else tuple(estimator.event_shape_)
    if array.shape[1:] != shape and max(array.ndim - 1, len(shape)) > 1:
        raise ValueError(
            f"X holds examples of shape {array.shape[1:]}, but {type(estimator).__name__} was "
            f"fitted on examples of shape {shape}."
        )


def like(X: Any) -> Callable[[np.ndarray], Any]:
    """Return a function that gives an array the container of ``X``: tensor, frame or array."""
    if isinstance(X, torch.Tensor):
        return torch.from_numpy
    if not is_frame(X):
        return np.asarray
    frame = nw.from_native(X, eager_only=True)

    def wrap(values: np.ndarray) -> Any:
        columns = {name: values[:, j] for j, name in enumerate(frame.columns)}
        return nw.from_dict(columns, backend=frame.implementation).to_native()

    return wrap
