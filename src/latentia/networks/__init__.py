"""Plain modules from shape to shape; heads give their output a meaning."""

from latentia.networks._activations import activations
from latentia.networks._architectures import Architecture, networks
from latentia.networks._convolutional import ConvolutionalDecoder, ConvolutionalEncoder
from latentia.networks._mlp import MLP

__all__ = [
    "MLP",
    "Architecture",
    "ConvolutionalDecoder",
    "ConvolutionalEncoder",
    "activations",
    "networks",
]
