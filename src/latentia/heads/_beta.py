"""The head of shares: numbers strictly between 0 and 1."""

from __future__ import annotations

from torch import Tensor, distributions
from torch.distributions import Independent

from latentia.heads._head import Head
from latentia.heads._positive import bounded_exp

_EDGE = 1e-6
_LEAST = 1e-2


class _Beta(distributions.Beta):
    """A beta distribution that takes values at the edges as just inside."""

    def log_prob(self, value: Tensor) -> Tensor:
        return super().log_prob(value.clamp(_EDGE, 1 - _EDGE))


class Beta(Head):
    r"""Independent beta elements, for rates and proportions strictly inside (0, 1).

    .. math:: -\log p(x) = \sum_j \left[ \log B(a_j, b_j) - (a_j - 1) \log x_j
              - (b_j - 1) \log (1 - x_j) \right], \quad a_j = m_j c_j, \; b_j = (1 - m_j) c_j

    with a predicted mean m, the logistic function of the first raw output, and a predicted
    concentration c, twice the exponential of the second; 0.01 is added to a and b, which keeps
    them off 0. The density may be infinite at 0 and 1: values there are taken as 1e-6 inside.
    Where many are, :class:`ContinuousBernoulli` has a finite density.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    References
    ----------
    S. Ferrari, F. Cribari-Neto. Beta Regression for Modelling Rates and Proportions. 2004.

    Examples
    --------
    >>> import torch
    >>> p = Beta((2,))(torch.zeros(1, 4))  # nearly uniform
    >>> p.mean, p.log_prob(torch.tensor([[0.2, 0.7]])).abs() < 0.02
    (tensor([[0.5000, 0.5000]]), tensor([True]))
    """

    space = "unit"
    params_per_element = 2

    def forward(self, raw: Tensor) -> Independent:
        logits, log_concentration = self.split(raw)
        concentration = 2 * bounded_exp(log_concentration)
        ones = concentration * logits.sigmoid() + _LEAST
        zeros = concentration * (-logits).sigmoid() + _LEAST
        return Independent(
            _Beta(ones, zeros, validate_args=False), self.event_dim, validate_args=False
        )
