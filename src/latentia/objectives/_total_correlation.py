"""How far the dimensions of the code are from independence, over the whole data."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from latentia._share import Share
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import posterior_of, require_derivatives


class TotalCorrelation(Objective):
    r"""The total correlation of the code over the data, estimated from one batch.

    .. math:: L(x_i) = \log \hat q(z_i) - \sum_j \log \hat q(z_{ij}), \quad
              \hat q(z) = \tfrac{1}{N}\, q(z|x_i)
              + \tfrac{N - 1}{N (M - 1)} \sum_{m \ne i} q(z|x_m), \quad z_i \sim q(z|x_i)

    in nats, for a batch of M examples out of N. The density of :math:`z_i` under the aggregated
    posterior :math:`q(z) = \tfrac{1}{N} \sum_n q(z|x_n)` is unbiased, and exact for M = N. The
    memory grows with :math:`M^2`.

    The divergence of a bound is the sum of three terms, which are reported: the
    ``index_code_mutual_information`` between an example and its code, the ``total_correlation``,
    and ``marginal_kl``, what is left between the dimensions of the code and a factorised prior. So
    ``ELBO() + 5.0 * TotalCorrelation()`` has weight 6 on the second and 1 on the others.

    Raises
    ------
    IncompatiblePartsError
        If the posterior is not a product over code dimensions with a density.

    References
    ----------
    R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud. Isolating Sources of Disentanglement in
    Variational Autoencoders. 2018.

    Examples
    --------
    >>> from latentia.objectives import ELBO
    >>> disentangled = ELBO() + 5.0 * TotalCorrelation()
    >>> [weight for weight, _ in disentangled.parts]
    [1.0, 5.0]
    """

    uses_batch_statistics = True
    gathers = True

    def forward(self, trace: Trace, info: Info) -> Loss:
        # Last dimensions of every pair: whose draw, whose posterior, and which code dimension.
        require_derivatives(trace, "TotalCorrelation")
        start = info.share.start
        pairs = _log_prob_of_pairs(trace, info.share)
        weights = _log_weights(pairs.shape[2], info.n_examples, pairs)
        weights = weights[start : start + pairs.shape[1]]
        joint = torch.logsumexp(pairs.sum(-1) + weights, dim=2)
        marginals = torch.logsumexp(pairs + weights.unsqueeze(-1), dim=2).sum(-1)
        own = pairs.sum(-1).diagonal(start, dim1=1, dim2=2)
        values = (joint - marginals).mean(0)
        terms = {
            "index_code_mutual_information": (own - joint).mean(0),
            "total_correlation": values,
        }
        if trace.model.prior is not None:
            terms["marginal_kl"] = (marginals - trace.prior.log_prob(trace.z)).mean(0)
        return Loss(values, terms)


def _log_prob_of_pairs(trace: Trace, share: Share) -> Tensor:
    """Return log q(z_ij | x_m) of every draw under every posterior, shape (n_samples, n, m, d)."""
    q = trace.posterior
    if not isinstance(q, Independent) or q.reinterpreted_batch_ndims != len(q.event_shape):
        raise IncompatiblePartsError(
            f"TotalCorrelation and the posterior {posterior_of(trace)} do not fit: it needs the "
            "density of each code dimension. Use a factorised one such as heads.DiagonalNormal."
        )
    whole = q.base_dist if share.alone else _of_all(trace, q.base_dist, share)
    return whole.log_prob(trace.z.unsqueeze(2)).flatten(3)


def _of_all(trace: Trace, q: Distribution, share: Share) -> Distribution:
    """Return the posteriors of the whole batch."""
    given = {name: vars(q)[name] for name in q.arg_constraints if name in vars(q)}
    if not given:
        raise IncompatiblePartsError(
            f"TotalCorrelation and the posterior {posterior_of(trace)} do not fit in several "
            "processes, which cannot tell each other its parameters. Use one process, or "
            "heads.DiagonalNormal."
        )
    whole = {name: share.gather(value.expand(q.batch_shape)) for name, value in given.items()}
    rebuilt: Callable[..., Distribution] = type(q)
    return rebuilt(**whole, validate_args=False)


def _log_weights(m: int, n_examples: int, like: Tensor) -> Tensor:
    """Return the log of how much each posterior of a batch counts for each draw, shape (m, m)."""
    n = max(m, n_examples)
    own, others = (1 / n, (n - 1) / (n * (m - 1))) if m > 1 else (1.0, 1.0)
    weights = torch.full((m, m), math.log(others), dtype=like.dtype, device=like.device)
    return weights.fill_diagonal_(math.log(own))
