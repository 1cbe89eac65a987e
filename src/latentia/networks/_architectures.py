"""An encoder's and a decoder's network that mirror each other, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from latentia.networks._convolutional import (
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    default_channels,
)
from latentia.networks._mlp import MLP


@dataclass(frozen=True)
class Architecture:
    """How an estimator builds its two networks.

    Parameters
    ----------
    encoder, decoder : callable
        Networks of (in_shape, out_shape, hidden sizes, activation=, layer_norm=, dropout=,
        context=); a class of ``latentia.networks``, a ``functools.partial`` of one, or your own.
    default_sizes : callable
        The encoder's hidden sizes for an event shape, where the user names none; the decoder gets
        them in reverse.

    Examples
    --------
    >>> from functools import partial
    >>> wide = Architecture(
    ...     partial(ConvolutionalEncoder, kernel_size=5),
    ...     partial(ConvolutionalDecoder, kernel_size=5),
    ...     lambda shape: (64, 128),
    ... )
    """

    encoder: Callable[..., nn.Module]
    decoder: Callable[..., nn.Module]
    default_sizes: Callable[[Sequence[int]], tuple[int, ...]]


networks: dict[str, Architecture] = {
    "convolutional": Architecture(ConvolutionalEncoder, ConvolutionalDecoder, default_channels),
    "mlp": Architecture(MLP, MLP, lambda shape: (256,)),
}
