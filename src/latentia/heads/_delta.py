"""The head of a deterministic encoder."""

from __future__ import annotations

from torch import Tensor

from latentia import distributions
from latentia.heads._head import Head


class Delta(Head):
    """A point mass at the raw output: the code of a deterministic autoencoder.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.

    Examples
    --------
    >>> import torch
    >>> Delta((2,))(torch.tensor([[1.0, 2.0]])).mean
    tensor([[1., 2.]])
    """

    def forward(self, raw: Tensor) -> distributions.Delta:
        (value,) = self.split(raw)
        return distributions.Delta(value, self.event_dim)
