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
    K components take n K numbers, and not n K d. They are in double precision, and lose about
    :math:`2^{-52} (\mu / \sigma)^2` nats: 1e-4 for a mean of 1,000 and a scale of 0.001. A draw
    chooses its component first, and takes d.

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
        """Numbers in memory for each value whose density is asked for; a double is two."""
        # Of normal components a product, and what is made of it.
        each = 4 if self._is_normal else self.event_shape.numel()
        return self._n_components * each

    def log_prob(self, value: Tensor) -> Tensor:
        # Some devices have no double precision.
        if not self._is_normal or value.device.type == "mps":
            return super().log_prob(value)
        if self._validate_args:
            self._validate_sample(value)
        weights = self.mixture_distribution.logits.log_softmax(-1)
        loc, _ = self._parameters()
        dtype = torch.promote_types(torch.promote_types(value.dtype, loc.dtype), weights.dtype)
        return (weights + self._of_components(value)).logsumexp(-1).to(dtype)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        if not self._is_normal:
            return super().sample(torch.Size(sample_shape))
        with torch.no_grad():
            chosen = self.mixture_distribution.expand(self.batch_shape).sample(sample_shape)
            loc, scale = self._parameters()
            row = torch.arange(self.batch_shape.numel(), device=loc.device) % max(1, len(loc))
            index = row.reshape(self.batch_shape), chosen
            return torch.normal(loc[index], scale[index]).reshape(*chosen.shape, *self.event_shape)

    @property
    def _is_normal(self) -> bool:
        parts = self.component_distribution
        return type(parts) is Independent and type(parts.base_dist) is Normal

    def _parameters(self) -> tuple[Tensor, Tensor]:
        """Return means and scales of the components, each of shape (batch, K, d).

        Those that are one for the whole batch are there once.
        """
        normal = cast(Independent, self.component_distribution).base_dist
        loc, scale, n, b = normal.loc, normal.scale, self.batch_shape.numel(), len(self.batch_shape)
        if n > 0 and not any((*loc.stride()[:b], *scale.stride()[:b])):
            loc, scale, n = loc[(0,) * b], scale[(0,) * b], 1
        shape = n, self._n_components, self.event_shape.numel()
        return loc.reshape(shape), scale.reshape(shape)

    @property
    def _n_components(self) -> int:
        return self.mixture_distribution.param_shape[-1]

    def _of_components(self, value: Tensor) -> Tensor:
        """Return the log-density of each component, shape (*sample, *batch, K)."""
        loc, scale = (part.double() for part in self._parameters())
        precision = scale.square().reciprocal()
        linear = precision * loc
        shape = torch.broadcast_shapes(value.shape, self.batch_shape + self.event_shape)
        sizes = shape[: len(shape) - len(self.event_shape)]
        each = sizes.numel() // max(1, len(loc))
        z = value.double().expand(shape).reshape(each, len(loc), loc.shape[-1])
        squares = torch.einsum(
            "snd,nkd->snk",
            torch.cat([z.square(), z], -1),
            torch.cat([precision, -2 * linear], -1),
        )
        constant = (linear * loc + (2 * math.pi * scale.square()).log()).sum(-1)
        return -0.5 * (squares + constant).reshape(*sizes, self._n_components)
