"""The divergence dimension by dimension, for distributions that factorise."""

from __future__ import annotations

from torch import Tensor
from torch.distributions import Distribution, Independent, kl_divergence

from latentia.distributions._divergence import has_exact_divergence


def kl_per_dimension(q: Distribution, p: Distribution) -> Tensor | None:
    r"""KL(q_j || p_j) in nats for each code dimension, or None if it does not decompose.

    For :math:`q = \prod_j q_j` and :math:`p = \prod_j p_j` the divergence is the sum of
    these values over j.

    Parameters
    ----------
    q, p : Distribution
        With the same batch and event shapes.

    Returns
    -------
    Tensor of shape (*batch, *event), or None

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Independent, Normal
    >>> q = Independent(Normal(torch.zeros(2), torch.tensor([1.0, 2.0])), 1)
    >>> p = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    >>> kl_per_dimension(q, p)
    tensor([0.0000, 0.8069])
    """
    if not (isinstance(q, Independent) and isinstance(p, Independent)):
        return None
    if not has_exact_divergence(q, p):
        return None
    return kl_divergence(q.base_dist, p.base_dist)
