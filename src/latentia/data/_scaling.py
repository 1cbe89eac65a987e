"""Scale data for learning and back, with the Jacobian that likelihoods need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from latentia.data._moments import Moments, negligible
from latentia.data._stream import Stream, moments_of

# Types whose numbers float32 cannot all hold.
_WIDE = frozenset({torch.float64, torch.int32, torch.int64, torch.uint32, torch.uint64})


class Affine(nn.Module):
    r"""Shift and scale each feature, and back.

    .. math:: u = (x - \mathrm{shift}) / \mathrm{scale}, \qquad
              \log \lvert \det \partial u / \partial x \rvert
              = - \sum_i \log \lvert \mathrm{scale}_i \rvert

    Parameters
    ----------
    shift, scale : float, array or tensor
        In units of the data; they must broadcast to `event_shape`. Kept as buffers of torch's
        default type.
    event_shape : tuple of int
        Shape of one example.
    rule : str, default "none"
        The name of the rule that chose them.
    n_constant : int, default 0
        How many features were constant in the data, for a note to the user.

    Raises
    ------
    ValueError
        If a shape does not broadcast, or a scale is 0 or not finite.

    Examples
    --------
    >>> scaling = Affine(0.0, 255.0, (2, 2), rule="unit")
    >>> pixels = torch.full((1, 2, 2), 51, dtype=torch.uint8)
    >>> scaling(pixels)[0, 0]
    tensor([0.2000, 0.2000])
    >>> scaling.inverse(scaling(pixels))[0, 0]
    tensor([51., 51.])
    """

    shift: Tensor
    scale: Tensor

    def __init__(
        self,
        shift: Any,
        scale: Any,
        event_shape: tuple[int, ...],
        rule: str = "none",
        n_constant: int = 0,
    ) -> None:
        super().__init__()
        self.event_shape = tuple(int(size) for size in event_shape)
        self.rule = rule
        self.n_constant = n_constant
        self.register_buffer("shift", self._checked("shift", shift))
        self.register_buffer("scale", self._checked("scale", scale))
        if bool((self.scale == 0).any()):
            raise ValueError("scale holds a 0, by which nothing can be divided; use 1 instead.")

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(x - shift) / scale``, of shape (..., *event_shape) like `x` of any type."""
        # Subtracted before it is rounded, or a large offset would leave no digits for the rest.
        centred = x.to(torch.float64 if x.dtype in _WIDE else self.scale.dtype) - self.shift
        return centred.to(self.scale.dtype) / self.scale

    def inverse(self, u: Tensor) -> Tensor:
        """Return ``u * scale + shift``, of shape (..., *event_shape) like `u`."""
        return u * self.scale + self.shift

    def log_abs_det(self) -> Tensor:
        """Return the log-Jacobian of `forward` at one example, in nats, a scalar.

        Add it to the log-density of the scaled data for that of the data itself.

        Examples
        --------
        >>> Affine(0.0, 2.0, (3,)).log_abs_det()
        tensor(-2.0794)
        """
        return -self.scale.abs().log().expand(self.event_shape).sum()

    def extra_repr(self) -> str:
        """Show the rule and the shape."""
        return f"rule={self.rule!r}, event_shape={self.event_shape}"

    def _checked(self, name: str, value: Any) -> Tensor:
        tensor = torch.as_tensor(value, dtype=torch.get_default_dtype()).clone()
        if not bool(tensor.isfinite().all()):
            raise ValueError(f"{name} holds a value that is not finite; give finite numbers.")
        try:
            fits = torch.broadcast_shapes(tensor.shape, self.event_shape) == self.event_shape
        except RuntimeError:
            fits = False
        if not fits:
            raise ValueError(
                f"{name} has shape {tuple(tensor.shape)}, which does not broadcast to "
                f"event_shape={self.event_shape}; give a number or one value per feature."
            )
        return tensor


_Pair = tuple[Any, Any]


def _none(moments: Moments) -> _Pair:
    return 0.0, 1.0


def _unit(moments: Moments) -> _Pair:
    return 0.0, 255.0


def _max(moments: Moments) -> _Pair:
    largest = np.abs([moments.minimum, moments.maximum]).max()
    return 0.0, np.where(negligible(largest, 0.0), 1.0, largest)


def _minmax(moments: Moments) -> _Pair:
    return moments.minimum, np.where(moments.constant, 1.0, moments.maximum - moments.minimum)


def _standard(moments: Moments) -> _Pair:
    if moments.mean.ndim == 1:
        return moments.mean, np.where(moments.constant, 1.0, np.sqrt(moments.variance))
    # One mean and spread for all pixels, or the picture would change.
    mean, spread = moments.mean.mean(), np.sqrt(moments.variance.mean() + moments.mean.var())
    constant = negligible(moments.maximum.max() - moments.minimum.min(), mean)
    return mean, np.where(constant, 1.0, spread)


_rules: Mapping[str, Callable[[Moments], _Pair]] = {
    "max": _max,
    "minmax": _minmax,
    "none": _none,
    "standard": _standard,
    "unit": _unit,
}


def _choose(X: np.ndarray | Stream, moments: Moments) -> str:
    low, high = moments.minimum.min(), moments.maximum.max()
    images = X.ndim > 2
    if low >= 0 and high <= 1:
        # A table that fills the interval from 0 is of flattened pixels or shares; one of small
        # numbers in units of its own is not.
        filled = moments.integral or (low == 0 and high >= 0.5)
        return "none" if images or filled else "standard"
    bytes_like = X.dtype == np.uint8 or (images and moments.integral)
    if bytes_like and low >= 0 and 16 < high <= 255:
        return "unit"
    return "max" if images and low >= 0 else "standard"


def _fit(rule: str | None, X: np.ndarray | Stream) -> Affine:
    moments = moments_of(X)
    rule = _choose(X, moments) if rule is None else rule
    shift, scale = _rules[rule](moments)
    return Affine(shift, scale, X.shape[1:], rule, moments.n_constant)


scalings: dict[str, Callable[[np.ndarray | Stream], Affine]] = {
    "auto": partial(_fit, None),
    **{rule: partial(_fit, rule) for rule in _rules},
}
