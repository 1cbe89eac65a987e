"""Choose the likelihood from the data, and refuse one that cannot have produced them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentia._blocks import blocks
from latentia._names import lookup
from latentia.data import Affine
from latentia.heads import Head, likelihoods

_ROUNDING = 1e-6


def choose_likelihood(
    likelihood: str | Callable[..., Head],
    array: np.ndarray,
    scaling: Affine,
    say: Callable[[str], None],
) -> str | Callable[..., Head]:
    """Return ``likelihood``, or the name that "auto" stands for, and say so."""
    if likelihood != "auto":
        return likelihood
    if _is_binary(array, scaling):
        say("likelihood='bernoulli', because every scaled value is 0 or 1.")
        return "bernoulli"
    say("likelihood='normal' with a learned scale, because values are not all 0 or 1.")
    return "normal"


def make_head(likelihood: str | Callable[..., Head], event_shape: tuple[int, ...]) -> Head:
    """Return the head of a likelihood given by its name, or by a function of the event shape."""
    make = (
        lookup(likelihoods, likelihood, "likelihood") if isinstance(likelihood, str) else likelihood
    )
    return check_head(make(event_shape), "likelihood", likelihood)


def check_head(made: Any, argument: str, given: object) -> Head:
    """Return what a user's function made, or refuse it where it is no Head."""
    if not isinstance(made, Head):
        raise ValueError(
            f"{argument}={given!r:.80} must return a Head such as heads.DiagonalNormal(shape), but "
            f"returned {made!r:.80}."
        )
    return made


def check_support(space: str, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    """Refuse data that a likelihood cannot have produced.

    Raises
    ------
    ValueError
        For values outside [0, 1], or shares that do not sum to 1, where the likelihood has only
        such.
    """
    if space == "categories":
        raise ValueError(
            f"likelihood={likelihood!r} predicts labels, and estimators reconstruct numbers; write "
            "labels as rows of one 1 and else 0, and use likelihood='multinomial'."
        )
    if space == "simplex":
        _check_shares(likelihood, array, scaling)
    if space not in ("binary", "unit", "simplex"):
        return
    shift, scale = scaling.shift.cpu().numpy(), scaling.scale.cpu().numpy()
    low = float(((array.min(0) - shift) / scale).min())
    high = float(((array.max(0) - shift) / scale).max())
    # Rounding in float32 may put the smallest value a little below 0.
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise ValueError(
            f"likelihood={likelihood!r} needs values in [0, 1], but after scaling="
            f"{scaling.rule!r} X lies in [{low:.4g}, {high:.4g}]; use likelihood='normal', or "
            "scaling='minmax'."
        )


def _check_shares(likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    shift, scale = scaling.shift.cpu().numpy(), scaling.scale.cpu().numpy()
    for start, block in blocks(array):
        sums = ((block - shift) / scale).sum(-1)
        wrong = np.argwhere(np.abs(sums - 1) > 1e-3)
        if len(wrong):
            raise ValueError(
                f"likelihood={likelihood!r} needs shares that sum to 1, but after scaling="
                f"{scaling.rule!r} row {start + wrong[0][0]} of X sums to "
                f"{sums[tuple(wrong[0])]:.4g}; divide each row by its sum and use scaling='none', "
                "or use likelihood='normal'."
            )


def _is_binary(array: np.ndarray, scaling: Affine) -> bool:
    if bool(scaling.shift.any()) or scaling.scale.numel() > 1 or array.min() == array.max():
        return False
    values = [0.0, float(scaling.scale)]
    return all(bool(np.isin(block, values).all()) for _, block in blocks(array))
