"""Plain modules from shape to shape; heads give their output a meaning."""

from latentia.networks._activations import activations
from latentia.networks._angles import Angles
from latentia.networks._architectures import Architecture, networks
from latentia.networks._convolutional import ConvolutionalDecoder, ConvolutionalEncoder
from latentia.networks._embedding import Embedding
from latentia.networks._mlp import MLP
from latentia.networks._tamed import Tamed
from latentia.networks._tied import TiedMLP

__all__ = [
    "MLP",
    "Angles",
    "Architecture",
    "ConvolutionalDecoder",
    "ConvolutionalEncoder",
    "Embedding",
    "Tamed",
    "TiedMLP",
    "activations",
    "networks",
]
