"""Convolutional networks for images of any size and any number of channels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentia._names import lookup
from latentia.networks._activations import activations
from latentia.networks._shapes import join_context, split_leading


def default_channels(shape: Sequence[int]) -> tuple[int, ...]:
    """Return 32, 64, ... channels, until the image is about 7 pixels wide or 256 channels deep."""
    stages = max(2, math.ceil(math.log2(min(shape[-2:]) / 7)))
    return tuple(min(256, 32 * 2**stage) for stage in range(stages))


def _as_channels_first(shape: Sequence[int], argument: str) -> tuple[int, int, int]:
    sizes = tuple(shape)
    if len(sizes) == 2:
        sizes = (1, *sizes)
    if len(sizes) != 3 or min(sizes[1:]) < 4:
        raise ValueError(
            f"{argument}={tuple(shape)} is not an image of at least 4 x 4 pixels, (H, W) or "
            "(C, H, W); use network='mlp' for it."
        )
    return sizes


def _sides(height: int, width: int, kernel_size: int, n_stages: int) -> list[tuple[int, int]]:
    """Return the image's size before and after each stride-2 stage."""
    pad = (kernel_size - 1) // 2
    sizes = [(height, width)]
    for _ in range(n_stages):
        sizes.append(tuple((n + 2 * pad - kernel_size) // 2 + 1 for n in sizes[-1]))  # type: ignore[arg-type]
    if min(sizes[-1]) < 1:
        raise ValueError(
            f"{n_stages} stride-2 stages are too many for an image of {height} x {width} pixels; "
            "give fewer channels."
        )
    return sizes


def _in_order(stages: Sequence[nn.Module]) -> nn.Sequential:
    """Return stages that keep the channels of a pixel side by side, which filters are faster on."""
    return nn.Sequential(*stages).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class ImageNorm(nn.Module):
    """Normalise each example over channels and pixels, then scale and shift each channel.

    It is nn.GroupNorm with one group, of operations whose derivatives can be taken in batches.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n_channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(n_channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x, x.shape[1:]) * self.weight + self.bias


class ConvolutionalEncoder(nn.Module):
    """Stride-2 convolutions, then one affine map of the flattened features and the context.

    Parameters
    ----------
    in_shape : tuple of int
        (H, W) or (C, H, W), at least 4 x 4 pixels; sizes need not be powers of two.
    out_shape : int or tuple of int
        Shape of the output, returned flat.
    channels : tuple of int, default=(32, 64)
        Channels after each stage; each stage halves the image.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise each example over channels and pixels before each activation.
    dropout : float, default=0.0
        Share of channels set to zero in training, in [0, 1).
    kernel_size : {3, 4, 5}, default=3
        Pixels along each side of a filter.
    context : int, default=0
        Number of features of the condition.

    Raises
    ------
    ValueError
        If the image is too small for the number of stages.

    Examples
    --------
    >>> import torch
    >>> ConvolutionalEncoder((3, 17, 30), 5)(torch.zeros(2, 3, 17, 30)).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        in_shape: Sequence[int],
        out_shape: int | Sequence[int],
        channels: Sequence[int] = (32, 64),
        *,
        activation: str = "relu",
        layer_norm: bool = False,
        dropout: float = 0.0,
        kernel_size: int = 3,
        context: int = 0,
    ) -> None:
        super().__init__()
        self.in_shape = tuple(in_shape)
        self.image_shape = _as_channels_first(in_shape, "in_shape")
        self.context = context
        act = lookup(activations, activation, "activation")
        n_out = out_shape if isinstance(out_shape, int) else math.prod(out_shape)
        sides = _sides(*self.image_shape[1:], kernel_size, len(channels))
        widths = [self.image_shape[0], *channels]
        stages: list[nn.Module] = []
        for n_in, n_channels in itertools.pairwise(widths):
            stages.append(nn.Conv2d(n_in, n_channels, kernel_size, 2, (kernel_size - 1) // 2))
            stages.extend([ImageNorm(n_channels)] if layer_norm else [])
            stages.append(act())
            stages.extend([nn.Dropout2d(dropout)] if dropout else [])
        self.stages = _in_order(stages)
        self.output = nn.Linear(widths[-1] * math.prod(sides[-1]) + context, n_out)

    def forward(self, x: Tensor, *context: Tensor) -> Tensor:
        """Map x (*leading, *in_shape) and a context (*leading, context) to (*leading, n_out)."""
        leading = split_leading(x, self.in_shape, "ConvolutionalEncoder")
        h = self.stages(x.reshape(-1, *self.image_shape))
        h = h.movedim(1, -1).reshape(*leading, -1)
        return self.output(join_context(h, context, self.context, "ConvolutionalEncoder"))


class ConvolutionalDecoder(nn.Module):
    """The mirror of :class:`ConvolutionalEncoder`: an affine map, then transposed convolutions.

    Parameters
    ----------
    in_shape : int or tuple of int
        Shape of one code.
    out_shape : tuple of int
        Shape of the output, returned flat: (H, W), (C, H, W), or (k, C, H, W) for k raw numbers
        for each pixel.
    channels : tuple of int, default=(64, 32)
        Channels before each stage; each stage doubles the image.
    activation, layer_norm, dropout, kernel_size, context
        As in :class:`ConvolutionalEncoder`.

    Raises
    ------
    ValueError
        If the image is too small for the number of stages.

    Examples
    --------
    >>> import torch
    >>> ConvolutionalDecoder(5, (3, 17, 30))(torch.zeros(2, 5)).shape
    torch.Size([2, 1530])
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
        kernel_size: int = 3,
        context: int = 0,
    ) -> None:
        super().__init__()
        self.in_shape = (in_shape,) if isinstance(in_shape, int) else tuple(in_shape)
        self.context = context
        act = lookup(activations, activation, "activation")
        n_maps = math.prod(out_shape[:-2])
        *_, height, width = _as_channels_first((n_maps, *out_shape[-2:]), "out_shape")
        pad = (kernel_size - 1) // 2
        sides = _sides(height, width, kernel_size, len(channels))[::-1]
        self.start_shape = (*sides[0], channels[0] if channels else n_maps)
        n_code = math.prod(self.in_shape)
        self.start = nn.Linear(n_code + context, math.prod(self.start_shape))
        widths = [*channels, n_maps]
        stages: list[nn.Module] = []
        for i, (n_in, n_channels) in enumerate(itertools.pairwise(widths)):
            stages.extend([ImageNorm(n_in)] if layer_norm else [])
            stages.append(act())
            stages.extend([nn.Dropout2d(dropout)] if dropout else [])
            # What the stride rounded away on the way down is put back on the way up.
            grown = [2 * (side - 1) - 2 * pad + kernel_size for side in sides[i]]
            lost = (sides[i + 1][0] - grown[0], sides[i + 1][1] - grown[1])
            stages.append(nn.ConvTranspose2d(n_in, n_channels, kernel_size, 2, pad, lost))
        self.stages = _in_order(stages)

    def forward(self, z: Tensor, *context: Tensor) -> Tensor:
        """Map z (*leading, *in_shape) and a context (*leading, context) to (*leading, n_out)."""
        leading = split_leading(z, self.in_shape, "ConvolutionalDecoder")
        z = join_context(z.reshape(*leading, -1), context, self.context, "ConvolutionalDecoder")
        h = self.start(z).reshape(-1, *self.start_shape).movedim(-1, 1)
        return self.stages(h).reshape(*leading, -1)
