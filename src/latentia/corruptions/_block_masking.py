"""A part of the picture that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import torch
from torch import Tensor

from latentia.corruptions._checks import check_numbers


@dataclass(frozen=True)
class BlockMasking:
    """One rectangle of each image is lost, at a random place inside it.

    All places are equally likely. A model that fills the gap does inpainting.

    Parameters
    ----------
    size : int, (int, int) or None, default=None
        Height and width of the rectangle in pixels; one number is a square. ``None`` is a quarter
        of each side of the image, at least one pixel.
    value : float, default=0.0
        What stands there, in all channels, in the units of the scaled data.

    Raises
    ------
    ValueError
        For a size below 1 or an infinite value; and when called, for data that are no images of
        shape (n, H, W) or (n, C, H, W), or images smaller than the rectangle.

    References
    ----------
    D. Pathak, P. Krähenbühl, J. Donahue, T. Darrell, A. A. Efros. Context Encoders: Feature
    Learning by Inpainting. 2016.

    Examples
    --------
    >>> import torch
    >>> gap = BlockMasking((2, 3))(torch.ones(5, 8, 8))
    >>> gap.sum((1, 2))
    tensor([58., 58., 58., 58., 58.])
    """

    size: int | tuple[int, int] | None = None
    value: float = 0.0

    def __post_init__(self) -> None:
        sides = (1, 1) if self.size is None else _pair(self.size)
        if len(sides) != 2 or any(not isinstance(side, Integral) or side < 1 for side in sides):
            raise ValueError(
                f"size={self.size!r} must be a positive integer, or two: (height, width)."
            )
        check_numbers(value=self.value)

    def __call__(self, x: Tensor) -> Tensor:
        if x.ndim not in (3, 4):
            raise ValueError(
                f"BlockMasking needs images, (n, H, W) or (n, C, H, W), but the data have shape "
                f"{tuple(x.shape)}; for tables use Masking."
            )
        n, shape = len(x), tuple(x.shape[-2:])
        quarter = tuple(max(1, side // 4) for side in shape)
        height, width = quarter if self.size is None else _pair(self.size)
        if height > shape[0] or width > shape[1]:
            raise ValueError(f"size={self.size!r} is larger than the images, which are {shape}.")
        rows = _interval(n, shape[0], height, x.device)
        columns = _interval(n, shape[1], width, x.device)
        block = rows.unsqueeze(2) & columns.unsqueeze(1)
        return x.masked_fill(block if x.ndim == 3 else block.unsqueeze(1), self.value)


def _pair(size: int | tuple[int, int]) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, tuple | list) else (size, size)


def _interval(n: int, length: int, size: int, device: torch.device) -> Tensor:
    """Return for each of n examples which of ``length`` places are in a random interval."""
    start = torch.randint(length - size + 1, (n, 1), device=device)
    place = torch.arange(length, device=device)
    return (start <= place) & (place < start + size)
