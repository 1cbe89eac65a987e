"""Priors that learn with the model: a normal, and a mixture of normals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, MixtureSameFamily

from latentia.conditional import ConditionalDistribution
from latentia.heads import DiagonalNormal, as_count
from latentia.priors._by_head import ByHead


class LearnedNormal(ByHead):
    r"""A diagonal normal that learns its mean and its scales; it starts as the standard normal.

    .. math:: p(z) = N(z; \mu, \mathrm{diag}(\sigma^2))

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.

    Raises
    ------
    ValueError
        If a size is no positive integer.

    References
    ----------
    M. D. Hoffman, M. J. Johnson. ELBO Surgery: Yet Another Way To Carve Up The Variational Evidence
    Lower Bound. 2016.

    Examples
    --------
    >>> LearnedNormal(2)().stddev.tolist()
    [1.0, 1.0]
    """

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__(DiagonalNormal(event_shape), learned=True)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape}


class LearnedMixture(ConditionalDistribution):
    r"""A mixture of K diagonal normals that learns its weights, means and scales.

    .. math:: p(z) = \sum_{k=1}^K w_k\, N(z; \mu_k, \mathrm{diag}(\sigma_k^2))

    It starts with equal weights and random means, so that the components can part, and about as
    wide as the standard normal as a whole.

    Parameters
    ----------
    event_shape : int or tuple of int
        Dimensions d of the code.
    n_components : int, default=10
        The number K of components.

    Raises
    ------
    ValueError
        If a size is no positive integer, or the code has several axes.

    References
    ----------
    N. Dilokthanakul et al. Deep Unsupervised Clustering With Gaussian Mixture Variational
    Autoencoders. 2016.

    Examples
    --------
    >>> LearnedMixture(2, n_components=3)().component_distribution.batch_shape
    torch.Size([3])
    """

    def __init__(self, event_shape: int | Sequence[int], n_components: int = 10) -> None:
        super().__init__()
        self.head = DiagonalNormal(event_shape)
        self.event_shape = self.head.event_shape
        if len(self.event_shape) != 1:
            raise ValueError(
                f"event_shape={event_shape!r} must be one number: the mixture is of vectors."
            )
        self.n_components = as_count(n_components, "n_components")
        # Half of the unit variance is between the components, half within each.
        loc = math.sqrt(0.5) * torch.randn(self.n_components, *self.event_shape)
        self.raw = nn.Parameter(torch.cat([loc, torch.full_like(loc, 0.5 * math.log(0.5))], dim=-1))
        self.logits = nn.Parameter(torch.zeros(self.n_components))

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape, "n_components": self.n_components}

    def forward(self, *conditions: Tensor) -> Distribution:
        prior = MixtureSameFamily(
            Categorical(logits=self.logits, validate_args=False),
            self.head(self.raw),
            validate_args=False,
        )
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
