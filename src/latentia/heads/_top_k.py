"""The head of a code in which few elements speak."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from latentia import distributions
from latentia.heads._head import Head


class TopK(Head):
    """A point mass that keeps the k largest raw outputs of each example, and zeros the others.

    Gradients reach the network through the kept elements only.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    k : int or None, default=None
        How many elements of one code are kept; None keeps an eighth of them, rounded up.

    Raises
    ------
    ValueError
        If ``k`` is not between 1 and the number of elements of a code.

    References
    ----------
    A. Makhzani, B. Frey. k-Sparse Autoencoders. 2013.

    Examples
    --------
    >>> import torch
    >>> TopK((3,), k=2)(torch.tensor([[1.0, -2.0, 3.0]])).mean
    tensor([[1., 0., 3.]])
    """

    deterministic = True

    def __init__(self, event_shape: int | Sequence[int], k: int | None = None) -> None:
        super().__init__(event_shape)
        size = math.prod(self.event_shape)
        k = math.ceil(size / 8) if k is None else k
        if not 1 <= k <= size:
            raise ValueError(f"k={k} must be between 1 and {size}, the size of one code.")
        self.k = k

    def forward(self, raw: Tensor) -> distributions.Delta:
        (value,) = self.split(raw)
        flat = value.flatten(-self.event_dim)
        kept, index = flat.topk(self.k, dim=-1)
        sparse = torch.zeros_like(flat).scatter(-1, index, kept)
        return distributions.Delta(sparse.view_as(value), self.event_dim)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, k={self.k}"
