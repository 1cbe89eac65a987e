"""Code elements that do not repeat each other."""

from __future__ import annotations

from latentia.distributions import point
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class Decorrelation(Objective):
    r"""Squared covariances between different elements of the code, over the batch.

    .. math:: L = \sum_{i \ne j} C_{ij}^2, \qquad
              C = \frac{1}{n} \sum_x (h(x) - \bar h)(h(x) - \bar h)^\top

    in fourth powers of the unit of the code, with deterministic codes h. It belongs to the
    batch: every example has the same value.

    References
    ----------
    A. Kumar, P. Sattigeri, A. Balakrishnan. Variational Inference of Disentangled Latent Concepts
    from Unlabeled Observations. 2018.

    Examples
    --------
    >>> Decorrelation().uses_batch_statistics
    True
    """

    uses_batch_statistics = True
    gathers = True

    def forward(self, trace: Trace, info: Info) -> Loss:
        h = info.share.gather(point(trace.posterior).flatten(1))
        centred = h - h.mean(0)
        covariance = centred.T @ centred / len(h)
        off_diagonal = covariance - covariance.diagonal().diag()
        values = off_diagonal.square().sum().expand(len(trace.batch))
        return Loss(values, {"decorrelation": values})
