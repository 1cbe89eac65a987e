"""Priors that learn with the model: a normal, and a mixture of normals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch.distributions import Distribution

from latentia.heads import DiagonalNormal, NormalMixture
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


class LearnedMixture(ByHead):
    r"""A mixture of K diagonal normals that learns its weights, means and scales.

    .. math:: p(z) = \sum_{k=1}^K w_k\, N(z; \mu_k, \mathrm{diag}(\sigma_k^2))

    Weights, means and scales are those of :class:`~latentia.heads.NormalMixture`, where the
    components start apart, and about as wide as the standard normal as a whole. That head with a
    network of c is the mixture p(z|c).

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
        super().__init__(NormalMixture(event_shape, n_components), learned=True)
        self.n_components = n_components

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape, "n_components": self.n_components}

    def forward(self, *conditions: Tensor) -> Distribution:
        prior = super().forward()  # once for all examples
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
