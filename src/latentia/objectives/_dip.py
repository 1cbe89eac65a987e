"""A code whose dimensions have unit variance and no covariances over the data."""

from __future__ import annotations

import math

from torch import Tensor
from torch.distributions import (
    Independent,
    LowRankMultivariateNormal,
    MultivariateNormal,
)

from latentia._names import lookup
from latentia._share import Share
from latentia.distributions import Delta, point
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import posterior_of


def _of_means(trace: Trace, share: Share) -> Tensor:
    means = share.gather(point(trace.posterior).flatten(1))
    means = means - means.mean(0)
    # torch.cov asks whether its weights are equal, which cannot be compiled.
    return means.T @ means / len(means)


def _of_codes(trace: Trace, share: Share) -> Tensor:
    # The law of total covariance.
    return _of_means(trace, share) + _mean_covariance(trace, share)


#: Which covariance, and the weight of its diagonal for one of its other elements.
_KINDS = {"i": (_of_means, 10.0), "ii": (_of_codes, 1.0)}


class DIP(Objective):
    r"""How far the covariance of the code is from that of a standard prior.

    .. math:: L = \lambda \sum_{i \ne j} C_{ij}^2 + \mu \sum_i (C_{ii} - 1)^2

    in fourth powers of the unit of the code. In kind "i" the covariance is that of the means of
    the posteriors, :math:`C = \mathrm{Cov}_x[\mu(x)]`; in kind "ii" that of the codes,
    :math:`C = \mathrm{Cov}_x[\mu(x)] + E_x[\Sigma(x)]`, the aggregated posterior. It belongs to
    the batch: every example has the same value.

    Parameters
    ----------
    kind : {"i", "ii"}, default="ii"
        Of means, or of codes.
    off_diagonal : float, default=10.0
        The weight :math:`\lambda` of covariances.
    diagonal : float or None, default=None
        The weight :math:`\mu` of variances; None is ten times ``off_diagonal`` for kind "i", and
        the same for kind "ii".

    Raises
    ------
    ValueError
        For an unknown kind, or a weight that is negative or not finite.
    IncompatiblePartsError
        In kind "ii", for a posterior whose covariance has no closed form.

    References
    ----------
    A. Kumar, P. Sattigeri, A. Balakrishnan. Variational Inference of Disentangled Latent Concepts
    from Unlabeled Observations. 2018.

    Examples
    --------
    >>> from latentia.objectives import ELBO
    >>> disentangled = ELBO() + DIP(off_diagonal=5.0)
    >>> DIP("i", off_diagonal=2.0).diagonal
    20.0
    """

    uses_batch_statistics = True
    gathers = True

    def __init__(
        self, kind: str = "ii", off_diagonal: float = 10.0, diagonal: float | None = None
    ) -> None:
        super().__init__()
        self.covariance, ratio = lookup(_KINDS, kind, "kind")
        self.off_diagonal = off_diagonal
        self.diagonal = ratio * off_diagonal if diagonal is None else diagonal
        for name in ("off_diagonal", "diagonal"):
            weight = getattr(self, name)
            if not (weight >= 0 and math.isfinite(weight)):
                raise ValueError(f"{name}={weight!r} must be a finite number of at least 0.")

    def forward(self, trace: Trace, info: Info) -> Loss:
        covariance = self.covariance(trace, info.share)
        variances = covariance.diagonal()
        off_diagonal = covariance.square().sum() - variances.square().sum()
        value = self.off_diagonal * off_diagonal + self.diagonal * (variances - 1).square().sum()
        values = value.expand(len(trace.batch))
        return Loss(values, {"dip": values})


def _mean_covariance(trace: Trace, share: Share) -> Tensor:
    """Return the covariance of a posterior, averaged over the batch."""
    posterior = trace.posterior
    if isinstance(posterior, MultivariateNormal | LowRankMultivariateNormal):
        return share.mean(posterior.covariance_matrix)
    if isinstance(posterior, Independent | Delta):
        return share.mean(posterior.variance.flatten(1)).diag()
    raise IncompatiblePartsError(
        f"DIP of kind 'ii' and the posterior {posterior_of(trace)} do not fit: its covariance has "
        "no closed form here. Use kind='i', or heads.DiagonalNormal."
    )
