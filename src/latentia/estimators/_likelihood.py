"""Choose the likelihood from the data, and refuse one that cannot have produced them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

from latentia._blocks import blocks
from latentia._names import lookup
from latentia.data import Affine
from latentia.heads import DiscretizedLogistic, Head, Levels, likelihoods

_ROUNDING = 1e-6
# In steps between levels: what float32 makes of 2^16 of them.
_OFF_THE_GRID = 1e-2


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


def scaling_for(
    likelihood: str | Callable[..., Head], array: np.ndarray, say: Callable[[str], None]
) -> str:
    """Return the scaling that the values of a likelihood ask for, or "auto" where any will do."""
    if likelihood == "auto":
        return "auto"
    head = make_head(likelihood, array.shape[1:])
    if head.space == "real":
        return "auto"
    if head.space == "counts":
        say("scaling='none', because counts are not scaled.")
        return "none"
    # What a likelihood of values in [0, 1] can explain already is left alone.
    if array.min() >= 0 and array.max() <= 1:
        return "none"
    if head.space == "levels":
        return "unit" if _n_levels(head) == 256 else "max"
    return "auto"


def check_support(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    """Refuse data that a likelihood cannot have produced.

    Raises
    ------
    ValueError
        For values outside [0, 1] or off the grid, shares that do not sum to 1, or counts that are
        no whole numbers, where the likelihood has only such.
    """
    if head.space in _CHECKS:
        _CHECKS[head.space](head, likelihood, array, scaling)


def _refuse_labels(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    raise ValueError(
        f"likelihood={likelihood!r} predicts labels, and estimators reconstruct numbers; write "
        "labels as rows of one 1 and else 0, and use likelihood='multinomial'."
    )


def _check_range(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    low, high = scaled_range(array, scaling)
    if not in_unit_interval(low, high):
        raise ValueError(
            f"likelihood={likelihood!r} needs values in [0, 1], but after scaling="
            f"{scaling.rule!r} X lies in [{low:.4g}, {high:.4g}]; use likelihood='normal', or "
            "scaling='minmax'."
        )


def scaled_range(array: np.ndarray, scaling: Affine) -> tuple[float, float]:
    """Return the smallest and the largest value of scaled data."""
    shift, scale = scaling.shift.cpu().numpy(), scaling.scale.cpu().numpy()
    low, high = ((extreme - shift) / scale for extreme in (array.min(0), array.max(0)))
    return float(low.min()), float(high.max())


def in_unit_interval(low: float, high: float) -> bool:
    """Whether numbers from ``low`` to ``high`` lie in [0, 1], but for rounding in float32."""
    return low >= -_ROUNDING and high <= 1 + _ROUNDING


def _check_shares(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    for start, block in _scaled_blocks(array, scaling):
        sums = block.sum(-1)
        wrong = np.argwhere(np.abs(sums - 1) > 1e-3)
        if len(wrong):
            raise ValueError(
                f"likelihood={likelihood!r} needs shares that sum to 1, but after scaling="
                f"{scaling.rule!r} row {start + wrong[0][0]} of X sums to "
                f"{sums[tuple(wrong[0])]:.4g}; divide each row by its sum and use scaling='none', "
                "or use likelihood='normal'."
            )
    _check_range(head, likelihood, array, scaling)


def _check_counts(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    for start, block in _scaled_blocks(array, scaling):
        wrong = np.argwhere((block < 0) | (block != np.round(block)))
        if len(wrong):
            raise ValueError(
                f"likelihood={likelihood!r} needs counts, whole numbers from 0 on, but after "
                f"scaling={scaling.rule!r} {_named(block, wrong[0], start)}; use scaling='none' "
                "with raw counts, or likelihood='normal'."
            )


def _check_levels(head: Head, likelihood: object, array: np.ndarray, scaling: Affine) -> None:
    n_levels = _n_levels(head)
    for start, block in _scaled_blocks(array, scaling):
        k = block * (n_levels - 1)
        off = np.abs(k - np.round(k)) > _OFF_THE_GRID
        outside = (block < -_ROUNDING) | (block > 1 + _ROUNDING)
        wrong = np.argwhere(off | outside)
        if len(wrong):
            raise ValueError(
                f"likelihood={likelihood!r:.80} has {n_levels} levels, k / {n_levels - 1} from 0 "
                f"to 1, but after scaling={scaling.rule!r} {_named(block, wrong[0], start)}, which "
                "is none of them; scale the data to such values, or say how many levels they have: "
                f"for 0 to 16, likelihood=functools.partial(heads.{type(head).__name__}, "
                "n_levels=17) with scaling='max'."
            )


_CHECKS: dict[str, Callable[[Head, object, np.ndarray, Affine], None]] = {
    "binary": _check_range,
    "categories": _refuse_labels,
    "counts": _check_counts,
    "levels": _check_levels,
    "simplex": _check_shares,
    "unit": _check_range,
}


def _scaled_blocks(array: np.ndarray, scaling: Affine) -> Iterator[tuple[int, np.ndarray]]:
    shift, scale = scaling.shift.cpu().numpy(), scaling.scale.cpu().numpy()
    for start, block in blocks(array):
        yield start, (block - shift) / scale


def _named(block: np.ndarray, index: np.ndarray, start: int) -> str:
    place = ", ".join(map(str, (start + index[0], *index[1:])))
    return f"X[{place}] is {block[tuple(index)]:.4g}"


def _n_levels(head: Head) -> int:
    return cast(Levels | DiscretizedLogistic, head).n_levels


def _is_binary(array: np.ndarray, scaling: Affine) -> bool:
    if bool(scaling.shift.any()) or scaling.scale.numel() > 1 or array.min() == array.max():
        return False
    values = [0.0, float(scaling.scale)]
    return all(bool(np.isin(block, values).all()) for _, block in blocks(array))
