"""What quantised codes share: a codebook, and which of its words stand for a code."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor
from torch.nn.functional import embedding

from latentia.distributions import Quantized, nearest
from latentia.heads._head import Head, as_count


class Quantizer(Head):
    """A point mass at words of a codebook, which stand for the vectors that the network gave.

    The numbers of a code, in their order, are ``n_vectors`` vectors of the same size.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    n_vectors : int
        How many vectors one code is made of.

    Attributes
    ----------
    codebook : Tensor, shape (n_codes, size of a vector)
        The codewords, the same for all vectors of a code.
    n_codes : int
        How many codewords there are.

    Raises
    ------
    ValueError
        If the size of a code is no multiple of ``n_vectors``.
    """

    deterministic = True
    codebook: Tensor

    def __init__(self, event_shape: int | Sequence[int], n_vectors: int) -> None:
        super().__init__(event_shape)
        self.n_vectors = as_count(n_vectors, "n_vectors")
        size = math.prod(self.event_shape)
        if size % self.n_vectors:
            raise ValueError(
                f"n_vectors={n_vectors} must divide {size}, the size of one code, without a rest."
            )
        self.vector_size = size // self.n_vectors

    @property
    def n_codes(self) -> int:
        return len(self.codebook)

    def forward(self, raw: Tensor) -> Quantized:
        (value,) = self.split(raw)
        continuous = self.bounded(value)
        indices = self.indices(continuous)
        return Quantized(continuous, self.vectors(indices), indices, self.event_dim)

    def bounded(self, value: Tensor) -> Tensor:
        """Return the continuous code that the network's output stands for."""
        return value

    def parts(self, z: Tensor) -> Tensor:
        """Return the vectors of codes (*batch, *event), shape (*batch, n_vectors, vector_size)."""
        return z.flatten(-self.event_dim).unflatten(-1, (self.n_vectors, self.vector_size))

    def indices(self, z: Tensor) -> Tensor:
        """Return which codewords are nearest to codes (*batch, *event), (*batch, n_vectors)."""
        return nearest(self.parts(z), self.codebook)

    def vectors(self, indices: Tensor) -> Tensor:
        """Return the codes (*batch, *event) of codewords (*batch, n_vectors)."""
        return embedding(indices, self.codebook).flatten(-2).unflatten(-1, self.event_shape)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, n_codes={self.n_codes}, n_vectors={self.n_vectors}"
