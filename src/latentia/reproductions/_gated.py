"""The gated layers that some published models are made of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from torch import Tensor, nn

from latentia.networks import Architecture


class Gated(nn.Module):
    r"""Fully connected layers, each scaled by a gate: :math:`h = (W x + b)\, \sigma(V x + c)`.

    Parameters
    ----------
    in_shape, out_shape : int or tuple of int
        Shapes of one input and one output.
    hidden_layer_sizes : tuple of int
        Units of the hidden layers.
    context : int, default=0
    activation : str, default="relu"
    layer_norm : bool, default=False
    dropout : float, default=0.0
        What other networks take; gates stand in their place, so that none may be set.

    Raises
    ------
    ValueError
        If one of these is.
    """

    def __init__(
        self,
        in_shape: int | Sequence[int],
        out_shape: int | Sequence[int],
        hidden_layer_sizes: Sequence[int],
        *,
        context: int = 0,
        activation: str = "relu",
        layer_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if (context, activation, layer_norm, dropout) != (0, "relu", False, 0.0):
            raise ValueError(
                f"context={context}, activation={activation!r}, layer_norm={layer_norm} and "
                f"dropout={dropout} must be left alone: gated layers have none of these."
            )
        self.in_shape, out = (
            (shape,) if isinstance(shape, int) else tuple(shape) for shape in (in_shape, out_shape)
        )
        widths = [math.prod(self.in_shape), *hidden_layer_sizes]
        pairs = itertools.pairwise(widths)
        layers = [nn.Sequential(nn.Linear(n, 2 * m), nn.GLU()) for n, m in pairs]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], math.prod(out)))

    def forward(self, x: Tensor) -> Tensor:
        """Map x (*leading, *in_shape) to (*leading, n_out)."""
        return self.layers(x.flatten(-len(self.in_shape)))


GATED = Architecture(Gated, Gated, lambda shape: (300, 300))
