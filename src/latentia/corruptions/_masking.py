"""Features that are missing, each by itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from latentia.corruptions._checks import check_numbers, check_share


@dataclass(frozen=True)
class Masking:
    """Each feature of each example is lost independently.

    Parameters
    ----------
    probability : float
        That a feature is lost, in [0, 1].
    value : float, default=0.0
        What stands in its place, in the units of the scaled data; of a standardised table 0 is the
        mean, of an image it is black.

    Raises
    ------
    ValueError
        For a probability outside [0, 1] or an infinite value.

    References
    ----------
    P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol. Extracting and Composing Robust Features
    with Denoising Autoencoders. 2008.

    Examples
    --------
    >>> import torch
    >>> Masking(1.0, value=-1.0)(torch.zeros(1, 3))
    tensor([[-1., -1., -1.]])
    """

    probability: float
    value: float = 0.0

    def __post_init__(self) -> None:
        check_share(self.probability)
        check_numbers(value=self.value)

    def __call__(self, x: Tensor) -> Tensor:
        lost = torch.rand(x.shape, device=x.device) < self.probability
        return x.masked_fill(lost, self.value)
