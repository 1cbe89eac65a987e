"""Independent categories, each as often as it was seen."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_count
from latentia.priors._categories import check_indices


class Frequencies(ConditionalDistribution):
    r"""Independent variables, each one of K categories, with buffers that training leaves alone.

    .. math:: \log p(k) = \sum_m \log \pi_{m, k_m}, \quad k_m \in \{0, \dots, K - 1\}

    in nats. Made by its constructor it is uniform; :meth:`fit` counts.

    Parameters
    ----------
    n_variables : int
        The number M of variables.
    n_categories : int
        The number K of categories of each.

    Raises
    ------
    ValueError
        If a number is no positive integer.

    References
    ----------
    A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. 2017.

    Examples
    --------
    >>> indices = torch.tensor([[0, 2], [0, 2], [1, 2]])
    >>> fitted = Frequencies.fit(indices, n_categories=3, smoothing=0.0)
    >>> fitted().log_prob(torch.tensor([0, 2])).exp()
    tensor(0.6667)
    """

    space = "categories"
    log_shares: Tensor

    def __init__(self, n_variables: int, n_categories: int) -> None:
        super().__init__()
        m, k = as_count(n_variables, "n_variables"), as_count(n_categories, "n_categories")
        self.event_shape = (m,)
        self.register_buffer("log_shares", torch.full((m, k), 1 / k).log())

    @classmethod
    def fit(cls, indices: Tensor, n_categories: int, smoothing: float = 1.0) -> Frequencies:
        """Count the categories of each variable.

        Parameters
        ----------
        indices : Tensor of integers, shape (n, M)
            Below ``n_categories``.
        n_categories : int
            The number K.
        smoothing : float, default=1.0
            Examples added to the n, spread evenly over the categories.

        Raises
        ------
        ValueError
            For indices of another shape or outside their range, or a negative ``smoothing``.
        """
        check_indices(indices, n_categories)
        if not smoothing >= 0:
            raise ValueError(f"smoothing={smoothing!r} must be at least 0.")
        n, m = indices.shape
        fitted = cls(m, n_categories).to(indices.device)
        ones = torch.ones(m, n, device=indices.device)
        counts = torch.zeros_like(fitted.log_shares).scatter_add_(1, indices.T, ones)
        shares = (counts + smoothing / n_categories) / (n + smoothing)
        fitted.log_shares.copy_(shares.log())
        return fitted

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        n_variables, n_categories = self.log_shares.shape
        return {"n_variables": n_variables, "n_categories": n_categories}

    def forward(self, *conditions: Tensor) -> Distribution:
        each = Categorical(logits=self.log_shares, validate_args=False)
        prior = Independent(each, 1, validate_args=False)
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
