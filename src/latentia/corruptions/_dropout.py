"""Dropout of the input."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from latentia.corruptions._checks import check_share


@dataclass(frozen=True)
class Dropout:
    r"""Each feature is set to zero independently, and the others grow so that the mean stays.

    .. math:: \tilde x_j = x_j\, m_j / (1 - p), \qquad m_j \sim \mathrm{Bernoulli}(1 - p),
              \qquad E\, \tilde x = x

    Parameters
    ----------
    probability : float
        :math:`p`, in [0, 1).

    Raises
    ------
    ValueError
        For a probability outside [0, 1).

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov. Dropout: A Simple Way
    to Prevent Neural Networks from Overfitting. 2014.

    Examples
    --------
    >>> import torch
    >>> Dropout(0.75)(torch.ones(1000, 1)).unique()
    tensor([0., 4.])
    """

    probability: float

    def __post_init__(self) -> None:
        check_share(self.probability, below_one=True)

    def __call__(self, x: Tensor) -> Tensor:
        return torch.nn.functional.dropout(x, self.probability)
