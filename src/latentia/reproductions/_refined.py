"""The decoder of the classic denoising notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from latentia.networks import (
    Architecture,
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    activations,
)


class RefiningDecoder(nn.Module):
    """Transposed convolutions as in ConvolutionalDecoder, and one more at the full size.

    Parameters
    ----------
    in_shape, out_shape, channels, activation, layer_norm, dropout, context
        As in ``networks.ConvolutionalDecoder``; the channels stand after each stage.
    """

    def __init__(
        self,
        in_shape: int | Sequence[int],
        out_shape: Sequence[int],
        channels: Sequence[int] = (64, 32),
        *,
        activation: str = "relu",
        layer_norm: bool = False,
        dropout: float = 0.0,
        context: int = 0,
    ) -> None:
        super().__init__()
        *n_maps, height, width = out_shape
        self.full_shape = (channels[-1], height, width)
        self.grow = ConvolutionalDecoder(
            in_shape,
            self.full_shape,
            (channels[0], *channels[:-1]),
            activation=activation,
            layer_norm=layer_norm,
            dropout=dropout,
            context=context,
        )
        self.refine = nn.Sequential(
            activations[activation](),
            nn.ConvTranspose2d(channels[-1], n_maps[0] if n_maps else 1, 3, padding=1),
        )

    def forward(self, z: Tensor, *context: Tensor) -> Tensor:
        """Map z (*leading, *in_shape) and a context (*leading, context) to (*leading, n_out)."""
        grown = self.grow(z, *context)
        refined = self.refine(grown.reshape(-1, *self.full_shape))
        return refined.reshape(*grown.shape[:-1], -1)


refined = Architecture(ConvolutionalEncoder, RefiningDecoder, lambda shape: (32, 64))
