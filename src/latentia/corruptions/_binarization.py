"""Grey values as coin tosses."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Binarization:
    r"""Each feature becomes 1 with the probability that is its value, else 0.

    .. math:: \tilde x_j \sim \mathrm{Bernoulli}(x_j), \quad x_j \in [0, 1]

    As the ``augmentation`` of grey images it draws anew each time that an image is used: dynamic
    binarisation, for which a Bernoulli likelihood is a density. Values outside [0, 1] count as the
    nearest end.

    References
    ----------
    R. Salakhutdinov, I. Murray. On the Quantitative Analysis of Deep Belief Networks. 2008.

    Examples
    --------
    >>> import torch
    >>> Binarization()(torch.tensor([[0.0, 1.0]]))
    tensor([[0., 1.]])
    """

    def __call__(self, x: Tensor) -> Tensor:
        return (torch.rand_like(x) < x).to(x.dtype)
