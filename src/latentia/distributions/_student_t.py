"""Student's t, without a look at its parameters on the way."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, distributions
from torch.distributions import Chi2, Distribution
from torch.distributions.utils import broadcast_all


class StudentT(distributions.StudentT):
    r"""Student's t with more than one degree of freedom, whose mean is its location.

    .. math:: -\log p(x) = \tfrac{\nu + 1}{2} \log\left(1 + \tfrac{(x - \mu)^2}{\nu s^2}\right)
              + \log s + \tfrac{1}{2} \log \nu\pi + \log \Gamma(\tfrac{\nu}{2})
              - \log \Gamma(\tfrac{\nu + 1}{2})

    It is that of torch, which checks the degrees of freedom whenever one is made and indexes by
    them for the moments: both would make an accelerator wait.

    Parameters
    ----------
    df, loc, scale : Tensor or float
        Degrees of freedom (more than 1), centre and scale.

    Examples
    --------
    >>> import torch
    >>> t = StudentT(torch.tensor(4.0), 1.0, 3.0)
    >>> t.mean, t.variance
    (tensor(1.), tensor(18.))
    """

    def __init__(self, df: Tensor | float, loc: Tensor | float, scale: Tensor | float) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df, validate_args=False)
        Distribution.__init__(self, self.df.shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        finite = self.scale.square() * self.df / (self.df - 2)
        return torch.where(self.df > 2, finite, torch.inf)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> StudentT:
        size = torch.Size(batch_shape)
        return StudentT(self.df.expand(size), self.loc.expand(size), self.scale.expand(size))
