"""Features at the ends of their range."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from latentia.corruptions._checks import check_numbers, check_share


@dataclass(frozen=True)
class SaltAndPepper:
    """Each feature is replaced independently by the lowest or the highest value, by equal chances.

    Parameters
    ----------
    probability : float
        That a feature is replaced, in [0, 1].
    low, high : float, default=0.0, 1.0
        The two values, in the units of the scaled data.

    Raises
    ------
    ValueError
        For a probability outside [0, 1], or values that are not low < high.

    References
    ----------
    P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising Autoencoders:
    Learning Useful Representations in a Deep Network with a Local Denoising Criterion. 2010.

    Examples
    --------
    >>> import torch
    >>> SaltAndPepper(1.0)(torch.full((1000, 1), 0.3)).unique()
    tensor([0., 1.])
    """

    probability: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        check_share(self.probability)
        check_numbers(low=self.low, high=self.high)
        if not self.low < self.high:
            raise ValueError(f"low={self.low!r} must be below high={self.high!r}.")

    def __call__(self, x: Tensor) -> Tensor:
        u, half = torch.rand(x.shape, device=x.device), self.probability / 2
        return x.masked_fill(u < half, self.low).masked_fill(u >= 1 - half, self.high)
