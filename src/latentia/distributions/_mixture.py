"""A mixture of many components, at the cost of a product where they are normal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor
from torch.distributions import Independent, MixtureSameFamily, Normal


class Mixture(MixtureSameFamily):
    r"""torch's mixture, that asks less of memory where its components are diagonal normals.

    .. math:: -2 \log N(z; \mu_k, \sigma_k^2) = \sum_j \left[ z_j^2 \cdot \sigma_{kj}^{-2}
              - z_j \cdot 2 \mu_{kj} \sigma_{kj}^{-2} + \mu_{kj}^2 \sigma_{kj}^{-2}
              + \log 2 \pi \sigma_{kj}^2 \right]

    The first two terms are one product of matrices, so the densities of n values of d numbers under
    K components take n K numbers, and not n K d. They are in double precision, which the
    differences of large squares do not harm. A draw chooses its component first, and takes d.

    Parameters
    ----------
    mixture_distribution : torch.distributions.Categorical
        Weights of the K components.
    component_distribution : Distribution
        The components, with K as the last size of its batch.
    validate_args : bool or None, default=None
        Whether arguments and values are looked at.

    Raises
    ------
    ValueError
        If the numbers of weights and of components differ.

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Categorical
    >>> parts = Independent(Normal(torch.tensor([[0.0], [2.0]]), 1.0), 1)
    >>> Mixture(Categorical(torch.ones(2)), parts).log_prob(torch.tensor([[1.0]]))
    tensor([-1.4189])
    """

    @property
    def n_values(self) -> int:
        """Numbers in memory for each value whose density is asked for."""
        each = 1 if self._is_normal else self.event_shape.numel()
        return self.mixture_distribution.param_shape[-1] * each

    def log_prob(self, value: Tensor) -> Tensor:
        # Some devices have no double precision.
        if not self._is_normal or value.device.type == "mps":
            return super().log_prob(value)
        if self._validate_args:
            self._validate_sample(value)
        weights = self.mixture_distribution.logits.log_softmax(-1)
        return (weights + self._of_components(value)).logsumexp(-1).to(weights.dtype)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        if not self._is_normal:
            return super().sample(torch.Size(sample_shape))
        with torch.no_grad():
            chosen = self.mixture_distribution.expand(self.batch_shape).sample(sample_shape)
            index = chosen.reshape(-1, self.batch_shape.numel())
            row = torch.arange(index.shape[1], device=index.device)
            loc, scale = (part[row, index] for part in self._parameters())
            return torch.normal(loc, scale).reshape(*chosen.shape, *self.event_shape)

    @property
    def _is_normal(self) -> bool:
        parts = self.component_distribution
        return type(parts) is Independent and type(parts.base_dist) is Normal

    def _parameters(self) -> tuple[Tensor, Tensor]:
        """Return means and scales of the components, each of shape (batch, K, d)."""
        normal = cast(Independent, self.component_distribution).base_dist
        shape = self.batch_shape.numel(), -1, self.event_shape.numel()
        return normal.loc.reshape(shape), normal.scale.reshape(shape)

    def _of_components(self, value: Tensor) -> Tensor:
        """Return the log-density of each component, shape (*sample, *batch, K)."""
        loc, scale = (part.double() for part in self._parameters())
        precision = scale.square().reciprocal()
        linear = precision * loc
        event_dim = len(self.event_shape)
        shape = torch.broadcast_shapes(value.shape, self.batch_shape + self.event_shape)
        z = value.double().expand(shape).reshape(-1, loc.shape[0], loc.shape[-1])
        squares = torch.einsum(
            "snd,nkd->snk",
            torch.cat([z.square(), z], -1),
            torch.cat([precision, -2 * linear], -1),
        )
        constant = (linear * loc + (2 * math.pi * scale.square()).log()).sum(-1)
        return -0.5 * (squares + constant).reshape(*shape[: len(shape) - event_dim], -1)
