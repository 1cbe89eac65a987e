"""A normal distribution with any mean and covariance, fixed or fitted to codes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Distribution, MultivariateNormal

from latentia.conditional import ConditionalDistribution


class Normal(ConditionalDistribution):
    """p(z) = N(loc, L Lᵀ) with buffers that training leaves alone.

    Parameters
    ----------
    loc : Tensor, shape (d,)
        Mean.
    scale_tril : Tensor, shape (d, d)
        Lower triangular factor L of the covariance, with a positive diagonal.

    Examples
    --------
    >>> import torch
    >>> codes = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
    >>> Normal.fit(codes)().mean
    tensor([1., 1.])
    """

    loc: Tensor
    scale_tril: Tensor

    def __init__(self, loc: Tensor, scale_tril: Tensor) -> None:
        super().__init__()
        if loc.dim() != 1 or scale_tril.shape != (len(loc), len(loc)):
            raise ValueError(
                "loc must have shape (d,) and scale_tril (d, d), but the shapes are "
                f"{tuple(loc.shape)} and {tuple(scale_tril.shape)}."
            )
        self.event_shape = (len(loc),)
        self.register_buffer("loc", loc)
        self.register_buffer("scale_tril", scale_tril)

    @classmethod
    def fit(cls, codes: Tensor) -> Normal:
        """Match the mean and covariance of ``codes``, shape (n, d), n >= 2.

        A relative jitter of 1e-6 on the diagonal keeps a code that never varies usable.
        """
        loc = codes.mean(0)
        covariance = torch.atleast_2d(torch.cov(codes.T, correction=0).double())
        jitter = 1e-6 * covariance.diagonal().mean().clamp(min=1e-6)
        identity = torch.eye(len(loc), dtype=covariance.dtype, device=codes.device)
        return cls(loc, torch.linalg.cholesky(covariance + jitter * identity).to(codes.dtype))

    def forward(self, *conditions: Tensor) -> Distribution:
        prior = MultivariateNormal(self.loc, scale_tril=self.scale_tril, validate_args=False)
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
