"""The fully connected network."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from latentia._names import lookup
from latentia.networks._activations import activations, hidden_affine
from latentia.networks._shapes import join_context, split_leading


def after_affine(
    n_hidden: int, activation: Callable[[], nn.Module], layer_norm: bool, dropout: float
) -> list[nn.Module]:
    """Return what follows the affine map of a hidden layer."""
    norm = [nn.LayerNorm(n_hidden)] if layer_norm else []
    drop = [nn.Dropout(dropout)] if dropout else []
    return [*norm, activation(), *drop]


class MLP(nn.Module):
    r"""Fully connected layers; without hidden layers, one affine map.

    .. math:: h_0 = [x, c], \quad h_l = g(W_l h_{l-1} + b_l), \quad y = W h_L + b

    With several hidden layers their weights start at a scale that suits the activation, so that
    deep networks train from the first step. A single hidden layer and the output start small.

    Parameters
    ----------
    in_shape, out_shape : int or tuple of int
        Shapes of one input and one output; images are flattened.
    hidden_layer_sizes : tuple of int, default=()
        Units of the hidden layers, from input to output.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise the features of each example before each activation.
    dropout : float, default=0.0
        Share of hidden units set to zero in training, in [0, 1).
    context : int, default=0
        Number of features of the condition, appended to the input.

    Raises
    ------
    ValueError
        For an unknown activation, or an input of another shape than ``in_shape``.

    References
    ----------
    X. Glorot, Y. Bengio. Understanding the Difficulty of Training Deep Feedforward Neural Networks.
    2010.
    K. He, X. Zhang, S. Ren, J. Sun. Delving Deep into Rectifiers: Surpassing Human-Level
    Performance on ImageNet Classification. 2015.

    Examples
    --------
    >>> import torch
    >>> MLP((28, 28), 5, hidden_layer_sizes=(64,))(torch.zeros(7, 3, 28, 28)).shape
    torch.Size([7, 3, 5])
    """

    def __init__(
        self,
        in_shape: int | Sequence[int],
        out_shape: int | Sequence[int],
        hidden_layer_sizes: Sequence[int] = (),
        *,
        activation: str = "relu",
        layer_norm: bool = False,
        dropout: float = 0.0,
        context: int = 0,
    ) -> None:
        super().__init__()
        self.in_shape = (in_shape,) if isinstance(in_shape, int) else tuple(in_shape)
        self.context = context
        act = lookup(activations, activation, "activation")
        n_out = out_shape if isinstance(out_shape, int) else math.prod(out_shape)
        widths = [math.prod(self.in_shape) + context, *hidden_layer_sizes]
        layers: list[nn.Module] = []
        deep = len(hidden_layer_sizes) > 1
        for n_in, n_hidden in itertools.pairwise(widths):
            hidden = (
                hidden_affine(n_in, n_hidden, activation) if deep else nn.Linear(n_in, n_hidden)
            )
            layers.append(hidden)
            layers.extend(after_affine(n_hidden, act, layer_norm, dropout))
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], n_out))

    def forward(self, x: Tensor, *context: Tensor) -> Tensor:
        """Map x (*leading, *in_shape) and a context (*leading, context) to (*leading, n_out)."""
        leading = split_leading(x, self.in_shape, "MLP")
        return self.layers(join_context(x.reshape(*leading, -1), context, self.context, "MLP"))
