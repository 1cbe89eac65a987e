"""Tensors and arrays as numpy arrays, and the checks that measures and figures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor


def as_array(x: Any) -> np.ndarray:
    """Return an array, tensor (on any device, with or without gradient) or list as an array."""
    if isinstance(x, Tensor):
        x = x.detach().cpu()
        # numpy has no bfloat16.
        x = x.float() if x.is_floating_point() and x.element_size() < 4 else x
        return x.numpy()
    return np.asarray(x)


def native(array: np.ndarray) -> np.ndarray:
    """Return an array of numbers in this machine's byte order, and of at most 8 bytes each."""
    wide = array.dtype.kind in "fiu" and array.dtype.itemsize > 8
    dtype = np.dtype(np.float64) if wide else array.dtype.newbyteorder("=")
    with np.errstate(over="ignore"):
        return array if array.dtype == dtype else array.astype(dtype)


def as_examples(x: Any, argument: str) -> np.ndarray:
    """Return `x` as an array of numbers with at least one example of at least one feature."""
    array = as_array(x)
    if array.ndim < 2 or array.size == 0 or array.dtype.kind not in "fiub":
        raise ValueError(
            f"{argument} must hold numbers, examples first, such as (n, features) or (n, height, "
            f"width), but its shape is {array.shape} and its type {array.dtype}."
        )
    finite = np.isfinite(array)
    if not finite.all():
        raise ValueError(
            f"{argument} holds NaN or infinite values, the first in example "
            f"{np.argwhere(~finite)[0][0]}; has the model diverged, or the data gaps?"
        )
    return array


def as_labels(y: Any, n: int) -> np.ndarray:
    """Return `y` as an array of `n` labels."""
    labels = as_array(y)
    if labels.shape != (n,):
        raise ValueError(
            f"y must hold one label for each of the {n} examples, but its shape is {labels.shape}."
        )
    # Columns of text from a frame are objects, which sort only if they are all of one type.
    return labels.astype(str) if labels.dtype == object else labels


def are_classes(labels: np.ndarray, most: int = 20) -> bool:
    """Whether labels name classes: text, integers, or a few whole numbers stored as floats.

    Examples
    --------
    >>> are_classes(np.array([0.0, 1.0, 1.0])), are_classes(np.array([0.3, 1.0, 1.7]))
    (True, False)
    """
    if labels.dtype.kind != "f":
        return True
    return bool((labels == np.round(labels)).all()) and len(np.unique(labels)) <= most


def flat(x: np.ndarray) -> np.ndarray:
    """Return examples of any shape as a table."""
    return x.reshape(len(x), -1)


def same_shape(shape: Sequence[int], other: Sequence[int], names: str) -> None:
    """Raise a sentence unless two shapes agree."""
    if tuple(shape) != tuple(other):
        raise ValueError(
            f"{names} must have the same shape, but have {tuple(shape)} and {tuple(other)}."
        )
