"""Plain modules from shape to shape; heads give their output a meaning."""

from collections.abc import Callable

from torch import nn

from latentia.networks._activations import activations
from latentia.networks._convolutional import ConvolutionalDecoder, ConvolutionalEncoder
from latentia.networks._mlp import MLP

#: Name of an architecture -> the encoder's and the decoder's network.
networks: dict[str, tuple[Callable[..., nn.Module], Callable[..., nn.Module]]] = {
    "convolutional": (ConvolutionalEncoder, ConvolutionalDecoder),
    "mlp": (MLP, MLP),
}

__all__ = ["MLP", "ConvolutionalDecoder", "ConvolutionalEncoder", "activations", "networks"]
