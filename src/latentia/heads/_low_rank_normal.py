"""A normal posterior with a few directions of its own."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import torch
from torch import Tensor
from torch.distributions import LowRankMultivariateNormal

from latentia.heads._positive import bounded_exp
from latentia.heads._vectors import VectorHead, bounded


class LowRankNormal(VectorHead):
    r"""A normal distribution with a diagonal covariance plus one of low rank.

    .. math:: z \sim N(\mu, D + W W^\top), \quad D = \mathrm{diag}(\sigma^2), \quad
              W = \mathrm{diag}(\sigma)\, V

    with V of r columns, so that with V = 0 it is the diagonal normal of scale sigma. The raw
    numbers are mu, log sigma and the columns of V: (2 + r) d of them.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code. Sigma is held inside [9e-4, 1100], and the length of a row of V
        below 10.
    rank : int, default=2
        The number r of directions, at least 1.

    Raises
    ------
    ValueError
        For the shape of an image, or a rank that is no positive integer.

    References
    ----------
    D. J. Rezende, S. Mohamed, D. Wierstra. Stochastic Backpropagation and Approximate Inference in
    Deep Generative Models. 2014.

    Examples
    --------
    >>> import torch
    >>> head = LowRankNormal(2, rank=1)
    >>> head(torch.tensor([[0.0, 0.0, 0.0, 0.0, 1.0, 1.0]])).covariance_matrix.round(decimals=1)
    tensor([[[2., 1.],
             [1., 2.]]])
    """

    rank: int

    def __init__(self, event_shape: int | Sequence[int], rank: int = 2) -> None:
        super().__init__(event_shape)
        if not isinstance(rank, Integral) or rank < 1:
            raise ValueError(f"rank={rank!r} must be a positive integer.")
        self.rank = int(rank)
        self.params_per_element = 2 + self.rank

    def forward(self, raw: Tensor) -> LowRankMultivariateNormal:
        loc, log_scale, *columns = self.split(raw)
        scale = bounded_exp(log_scale)
        # In units of the scale, so that the matrix that torch factors never depends on the scale.
        factor = scale.unsqueeze(-1) * bounded(torch.stack(columns, dim=-1))
        return LowRankMultivariateNormal(loc, factor, scale.square(), validate_args=False)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, rank={self.rank}"
