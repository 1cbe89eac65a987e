"""Several corruptions, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, init=False)
class Chain:
    """Apply corruptions in the order in which they are given.

    Parameters
    ----------
    *corruptions : callable
        Each maps a tensor to one of the same shape; none at all leaves x as it is.

    Raises
    ------
    TypeError
        If one is not callable.

    Examples
    --------
    >>> import torch
    >>> from latentia.corruptions import Gaussian, Masking
    >>> Chain(Gaussian(0.1), Masking(1.0))(torch.ones(1, 3))
    tensor([[0., 0., 0.]])
    """

    corruptions: tuple[Callable[[Tensor], Tensor], ...]

    def __init__(self, *corruptions: Callable[[Tensor], Tensor]) -> None:
        for corruption in corruptions:
            if isinstance(corruption, type) or not callable(corruption):
                raise TypeError(
                    f"corruptions holds {corruption!r}; give objects such as Gaussian(0.1)."
                )
        object.__setattr__(self, "corruptions", corruptions)

    def __call__(self, x: Tensor) -> Tensor:
        for corruption in self.corruptions:
            x = corruption(x)
        return x
