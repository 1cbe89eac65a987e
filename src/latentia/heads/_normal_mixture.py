"""A mixture of normals, all of whose parameters a network predicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Categorical

from latentia.distributions import Mixture
from latentia.heads._head import as_count
from latentia.heads._location_scale import DiagonalNormal
from latentia.heads._vectors import VectorHead


class NormalMixture(VectorHead):
    r"""A mixture of K diagonal normals: a prior p(z|c) with several regions for each condition.

    .. math:: p(z) = \sum_{k=1}^K w_k\, N(z; \mu_k, \mathrm{diag}(\sigma_k^2))

    The raw numbers are K times log w, mu and log sigma, K (1 + 2 d) in all, counted from a start
    that is drawn with the head: equal weights and random means, so that the components can part,
    and about as wide as the standard normal as a whole.

    Its draws have no derivative. A posterior of this kind learns by the score function, as
    :class:`~latentia.objectives.ELBO` and :class:`~latentia.objectives.IWAE` do by themselves; what
    follows the draws refuses it.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code. Sigma is held inside [9e-4, 1100].
    n_components : int, default=10
        The number K of components.

    Raises
    ------
    ValueError
        If a size is no positive integer, or for the shape of an image.

    References
    ----------
    N. Dilokthanakul et al. Deep Unsupervised Clustering With Gaussian Mixture Variational
    Autoencoders. 2016.

    Examples
    --------
    >>> import torch
    >>> head = NormalMixture(2, n_components=3)
    >>> head.n_params, head(torch.zeros(4, 15)).component_distribution.batch_shape
    (15, torch.Size([4, 3]))
    """

    otherwise = "heads.DiagonalNormal or priors.LearnedNormal"
    start: Tensor

    def __init__(self, event_shape: int | Sequence[int], n_components: int = 10) -> None:
        super().__init__(event_shape)
        self.n_components = as_count(n_components, "n_components")
        self.component = DiagonalNormal(self.event_shape)
        # Half of the unit variance is between the components, half within each.
        loc = math.sqrt(0.5) * torch.randn(self.n_components, *self.event_shape)
        log_scale = torch.full_like(loc, 0.5 * math.log(0.5))
        self.register_buffer("start", torch.cat([torch.zeros_like(loc[:, :1]), loc, log_scale], -1))

    @property
    def params_shape(self) -> tuple[int, ...]:
        return (self.n_components, 1 + self.component.n_params)

    def split(self, raw: Tensor) -> tuple[Tensor, ...]:
        """Return log w up to a constant, (*batch, K), and the rest, (*batch, K, 2 d)."""
        each = self.start + self.checked(raw).unflatten(-1, self.params_shape)
        return each[..., 0], each[..., 1:]

    def forward(self, raw: Tensor) -> Mixture:
        logits, components = self.split(raw)
        return Mixture(
            Categorical(logits=logits, validate_args=False),
            self.component(components),
            validate_args=False,
        )

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, n_components={self.n_components}"
