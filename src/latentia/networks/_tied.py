"""A decoder that walks an encoder backwards, with the same weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentia._names import lookup
from latentia.networks._activations import activations
from latentia.networks._mlp import MLP, after_affine
from latentia.networks._shapes import join_context, split_leading


class TiedMLP(nn.Module):
    r"""The decoder whose weights are the transposed weights of an encoder.

    .. math:: h_L = W_{L+1}^\top z + c_{L+1}, \quad h_{l-1} = W_l^\top g(h_l) + c_l, \quad y = h_0

    for an encoder with weights :math:`W_1, \dots, W_{L+1}`. Its own parameters are the biases c,
    zero at the start; each weight exists once, and learns from both uses. The encoder belongs to
    the model that holds both: copy, move and save that model, and the two stay tied.

    Parameters
    ----------
    encoder : MLP
        Without context.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise the features of each example before each activation.
    dropout : float, default=0.0
        Share of hidden units set to zero in training, in [0, 1).

    Raises
    ------
    ValueError
        If the encoder is no MLP or has a context, or for an unknown activation.

    References
    ----------
    P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising Autoencoders:
    Learning Useful Representations in a Deep Network with a Local Denoising Criterion. 2010.

    Examples
    --------
    >>> import torch
    >>> encoder = MLP((28, 28), 5, hidden_layer_sizes=(64,))
    >>> decoder = TiedMLP(encoder)
    >>> decoder(encoder(torch.zeros(7, 28, 28))).shape
    torch.Size([7, 784])
    >>> [name for name, _ in decoder.named_parameters()]
    ['biases.0', 'biases.1']
    """

    def __init__(
        self,
        encoder: MLP,
        *,
        activation: str = "relu",
        layer_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if not isinstance(encoder, MLP) or encoder.context:
            context = getattr(encoder, "context", 0)
            raise ValueError(
                "TiedMLP transposes the weights of an MLP without context, but encoder is "
                f"{type(encoder).__name__} with context={context}; give the decoder weights of "
                "its own."
            )
        act = lookup(activations, activation, "activation")
        # Inside a tuple the encoder is no submodule: a state dict has each weight once.
        self._encoder = (encoder,)
        *hidden, n_out = (weight.shape[0] for weight in self.weights)
        self.in_shape = (self.weights[0].shape[1],)
        self.biases = nn.ParameterList(torch.zeros(n) for n in (*hidden, n_out))
        self.between = nn.ModuleList(
            nn.Sequential(*after_affine(n, act, layer_norm, dropout)) for n in hidden
        )

    @property
    def weights(self) -> list[Tensor]:
        """The matrices in the order in which they are applied, views of the encoder's."""
        affine = [layer for layer in self._encoder[0].layers if isinstance(layer, nn.Linear)]
        return [layer.weight.T for layer in reversed(affine)]

    def forward(self, z: Tensor, *context: Tensor) -> Tensor:
        """Map z (*leading, *in_shape) to (*leading, n_out)."""
        leading = split_leading(z, self.in_shape, "TiedMLP")
        h = join_context(z.reshape(*leading, math.prod(self.in_shape)), context, 0, "TiedMLP")
        first, *rest = zip(self.weights, self.biases, strict=True)
        h = functional.linear(h, *first)
        for activate, affine in zip(self.between, rest, strict=True):
            h = functional.linear(activate(h), *affine)
        return h
