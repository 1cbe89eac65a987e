"""Normal noise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from latentia.corruptions._checks import check_numbers, check_range


@dataclass(frozen=True)
class Gaussian:
    r"""Normal noise on every feature.

    .. math:: \tilde x = x + \epsilon, \qquad \epsilon \sim N(\mu, \sigma^2)

    Parameters
    ----------
    scale : float, default=0.1
        :math:`\sigma`, in the units of the scaled data, at least 0.
    mean : float, default=0.0
        :math:`\mu`, in the same units.
    clip : (float, float) or None, default=None
        Range that values are cut to afterwards, such as (0, 1) for images.

    Raises
    ------
    ValueError
        For a negative or infinite scale, an infinite mean, or a clip that is no range.

    References
    ----------
    P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising Autoencoders:
    Learning Useful Representations in a Deep Network with a Local Denoising Criterion. 2010.

    Examples
    --------
    >>> import torch
    >>> bright = Gaussian(0.5, mean=0.5, clip=(0, 1))(torch.zeros(1000, 3))
    >>> bright.shape, bool((bright >= 0).all() and (bright <= 1).all())
    (torch.Size([1000, 3]), True)
    """

    scale: float = 0.1
    mean: float = 0.0
    clip: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        check_numbers(scale=self.scale, mean=self.mean)
        if self.scale < 0:
            raise ValueError(f"scale={self.scale!r} must be at least 0.")
        if self.clip is not None:
            check_range(clip=self.clip)

    def __call__(self, x: Tensor) -> Tensor:
        noisy = x + self.mean + self.scale * torch.randn_like(x)
        return noisy if self.clip is None else noisy.clamp(*self.clip)
