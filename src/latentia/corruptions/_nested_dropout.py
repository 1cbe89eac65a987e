"""Codes that are cut short, so that the first features must say the most."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import torch
from torch import Tensor


@dataclass(frozen=True)
class NestedDropout:
    r"""Each example keeps its first b features, and the others are set to zero.

    .. math:: P(b = j) = p\, (1 - p)^{j-1} \text{ for } j < d, \qquad P(b = d) = (1 - p)^{d-1}

    A corruption of codes, ``Reconstruction(code_corruption=NestedDropout())``: a decoder that is
    given every beginning of a code learns codes in order of what they tell. Without hidden
    layers these are the principal components, one by one.

    Parameters
    ----------
    p : float, default=0.1
        The chance of every feature but the last to be the last that is kept, in (0, 1). Feature j
        is kept with probability :math:`(1 - p)^{j-1}`, so a long code needs a small one.

    Raises
    ------
    ValueError
        For a ``p`` outside (0, 1); and when called, for data without features, of shape (n,).

    References
    ----------
    O. Rippel, M. A. Gelbart, R. P. Adams. Learning Ordered Representations with Nested Dropout.
    2014.

    Examples
    --------
    >>> import torch
    >>> NestedDropout(0.5)(torch.ones(1000, 3)).unique(dim=0)
    tensor([[1., 0., 0.],
            [1., 1., 0.],
            [1., 1., 1.]])
    """

    p: float = 0.1

    def __post_init__(self) -> None:
        if not isinstance(self.p, Real) or not 0 < self.p < 1:
            raise ValueError(f"p={self.p!r} must be a number in (0, 1).")

    def __call__(self, x: Tensor) -> Tensor:
        if x.ndim < 2:
            raise ValueError(
                f"NestedDropout needs features in order, (n, d), but the data have shape "
                f"{tuple(x.shape)}."
            )
        n, d = x.shape[:2]
        kept = torch.empty(n, 1, device=x.device).geometric_(self.p)
        cut = torch.arange(d, device=x.device) >= kept
        # Of a feature map (n, d, H, W), whole channels.
        return x.masked_fill(cut.view(n, d, *(1,) * (x.ndim - 2)), 0.0)
