"""The Kullback-Leibler divergence, exact where a closed form is known, sampled elsewhere."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.distributions import (
    Distribution,
    Independent,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Normal,
    TransformedDistribution,
    kl_divergence,
    register_kl,
)
from torch.distributions.kl import _KL_REGISTRY, _dispatch_kl  # which has no public question

from latentia.distributions._delta import Delta
from latentia.distributions._flattened import Flattened

_CORRELATED = (MultivariateNormal, LowRankMultivariateNormal)


def _normal_parameters(distribution: Independent) -> tuple[Tensor, Tensor]:
    if not _is_diagonal_normal(distribution):
        raise NotImplementedError
    return distribution.base_dist.loc, distribution.base_dist.scale


def _is_diagonal_normal(distribution: Independent) -> bool:
    return (
        isinstance(distribution.base_dist, Normal) and distribution.reinterpreted_batch_ndims == 1
    )


@register_kl(MultivariateNormal, Independent)
def _kl_full_diagonal(q: MultivariateNormal, p: Independent) -> Tensor:
    loc, scale = _normal_parameters(p)
    mahalanobis = ((q.loc - loc) / scale).square().sum(-1)
    trace = (q.scale_tril / scale.unsqueeze(-1)).square().sum((-2, -1))
    log_det = 2 * (scale.log() - q.scale_tril.diagonal(dim1=-2, dim2=-1).log()).sum(-1)
    return 0.5 * (trace + mahalanobis - loc.shape[-1] + log_det)


@register_kl(Independent, MultivariateNormal)
def _kl_diagonal_full(q: Independent, p: MultivariateNormal) -> Tensor:
    loc, scale = _normal_parameters(q)
    full = MultivariateNormal(loc, scale_tril=torch.diag_embed(scale), validate_args=False)
    return kl_divergence(full, p)


def _as_low_rank(distribution: Independent) -> LowRankMultivariateNormal:
    loc, scale = _normal_parameters(distribution)
    none = torch.zeros_like(loc).unsqueeze(-1)
    return LowRankMultivariateNormal(loc, none, scale.square(), validate_args=False)


@register_kl(LowRankMultivariateNormal, Independent)
def _kl_low_rank_diagonal(q: LowRankMultivariateNormal, p: Independent) -> Tensor:
    return kl_divergence(q, _as_low_rank(p))


@register_kl(Independent, LowRankMultivariateNormal)
def _kl_diagonal_low_rank(q: Independent, p: LowRankMultivariateNormal) -> Tensor:
    return kl_divergence(_as_low_rank(q), p)


def _formula(q: type[Distribution], p: type[Distribution]) -> str:
    """Return "exact" or "none", or "transforms" where that depends on what was transformed."""
    return _looked_up(q, p, len(_KL_REGISTRY))  # type: ignore[arg-type]


@cache
def _looked_up(q: type[Distribution], p: type[Distribution], n_formulas: int) -> str:
    # To ask takes as long as a product of matrices. A formula may be registered at any time.
    formula = _dispatch_kl(q, p)
    if formula is _dispatch_kl(TransformedDistribution, TransformedDistribution):
        return "transforms"
    return "none" if formula is NotImplemented else "exact"


# What torch.compiler.assume_constant_result does, but that imports the compiler: two seconds.
_formula._dynamo_marked_constant = True  # type: ignore[attr-defined]


def has_exact_divergence(q: Distribution, p: Distribution) -> bool:
    """Whether KL(q || p) has a closed form here.

    Examples
    --------
    >>> from torch.distributions import Laplace, Normal
    >>> has_exact_divergence(Normal(0.0, 1.0), Laplace(0.0, 1.0))
    True
    >>> has_exact_divergence(Delta(Normal(0.0, 1.0).loc), Normal(0.0, 1.0))
    False
    """
    if isinstance(q, Delta):
        return False
    if isinstance(q, Independent) and isinstance(p, Independent):
        return q.reinterpreted_batch_ndims == p.reinterpreted_batch_ndims and has_exact_divergence(
            q.base_dist, p.base_dist
        )
    if isinstance(q, Independent) and isinstance(p, _CORRELATED):
        return _is_diagonal_normal(q)
    if isinstance(q, _CORRELATED) and isinstance(p, Independent):
        return _is_diagonal_normal(p)
    if isinstance(q, Flattened) and isinstance(p, Flattened):
        return q.base_dist.event_shape == p.base_dist.event_shape and has_exact_divergence(
            q.base_dist, p.base_dist
        )
    formula = _formula(type(q), type(p))
    return _same_transforms(q, p) if formula == "transforms" else formula == "exact"


def _same_transforms(q: Distribution, p: Distribution) -> bool:
    assert isinstance(q, TransformedDistribution) and isinstance(p, TransformedDistribution)
    same = q.transforms == p.transforms and q.event_shape == p.event_shape
    return same and has_exact_divergence(q.base_dist, p.base_dist)


def divergence(q: Distribution, p: Distribution, z: Tensor) -> Tensor:
    r"""KL(q || p) in nats, one value for each example.

    .. math:: D_{KL}(q \,\|\, p) = E_{z \sim q}[\log q(z) - \log p(z)] \ge 0

    The closed form is used where one is known (:func:`has_exact_divergence`); elsewhere the
    average of the log-ratio over the given draws, which is unbiased and may be negative.

    Parameters
    ----------
    q, p : Distribution
        With the same batch and event shapes.
    z : Tensor, shape (n_samples, *batch, *event)
        Draws from ``q``; unused where the closed form is known.

    Returns
    -------
    Tensor, shape (*batch,)

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Normal
    >>> q, p = Normal(torch.zeros(1), torch.tensor([2.0])), Normal(torch.zeros(1), torch.ones(1))
    >>> divergence(q, p, q.sample((1,)))
    tensor([0.8069])
    """
    if has_exact_divergence(q, p):
        return kl_divergence(q, p)
    return (q.log_prob(z) - p.log_prob(z)).mean(0)
