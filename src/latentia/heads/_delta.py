"""The head of a deterministic encoder."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from latentia import distributions
from latentia._names import lookup
from latentia.heads._head import Head
from latentia.networks import activations


class Delta(Head):
    """A point mass at the activated raw output: the code of a deterministic autoencoder.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    activation : str, default="identity"
        A name in ``networks.activations``; "sigmoid" gives codes in (0, 1), rates of activity.

    Raises
    ------
    ValueError
        For an unknown activation.

    Examples
    --------
    >>> import torch
    >>> Delta((2,))(torch.tensor([[1.0, 2.0]])).mean
    tensor([[1., 2.]])
    >>> Delta((2,), activation="sigmoid")(torch.zeros(1, 2)).mean
    tensor([[0.5000, 0.5000]])
    """

    deterministic = True

    def __init__(self, event_shape: int | Sequence[int], activation: str = "identity") -> None:
        super().__init__(event_shape)
        self.activation = activation
        self.activate = lookup(activations, activation, "activation")()
        if activation == "sigmoid":
            self.space = "unit"

    def forward(self, raw: Tensor) -> distributions.Delta:
        (value,) = self.split(raw)
        return distributions.Delta(self.activate(value), self.event_dim)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, activation={self.activation!r}"
