"""The head of a code of few levels in each dimension."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from latentia.heads._head import as_count, as_shape
from latentia.heads._quantizer import Quantizer


class FiniteScalar(Quantizer):
    r"""A point mass at one of L levels in each dimension, evenly spaced from -1 to 1.

    .. math:: z_j = \frac{2}{L - 1}\, \mathrm{round}\!\left(
              \tfrac{L - 1}{2} (\tanh r_j + 1) \right) - 1

    for raw outputs r. Gradients pass straight through the rounding. Nothing needs to be added to
    the loss, since there is no codebook to learn.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code; each of its numbers is one vector of size 1.
    levels : int, default=8
        The number L, at least 2, odd or even; with an odd one there is a level at 0.

    Raises
    ------
    ValueError
        If ``levels`` is below 2.

    References
    ----------
    F. Mentzer, D. Minnen, E. Agustsson, M. Tschannen. Finite Scalar Quantization: VQ-VAE Made
    Simple. 2023.

    Examples
    --------
    >>> head = FiniteScalar(3, levels=3)
    >>> code = head(torch.tensor([[-2.0, 0.1, 0.8]]))
    >>> code.mean, code.indices
    (tensor([[-1.,  0.,  1.]]), tensor([[0, 1, 2]]))
    """

    def __init__(self, event_shape: int | Sequence[int], levels: int = 8) -> None:
        shape = as_shape(event_shape, "event_shape")
        super().__init__(shape, math.prod(shape))
        n = as_count(levels, "levels")
        if n < 2:
            raise ValueError(f"levels={levels} must be at least 2.")
        # Not by linspace, whose middle level is not quite 0.
        values = 2 * torch.arange(n) / (n - 1) - 1
        self.register_buffer("codebook", values.unsqueeze(1), persistent=False)

    def bounded(self, value: Tensor) -> Tensor:
        return value.tanh()
