"""A normal distribution with any mean and covariance, fixed or fitted to codes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, MultivariateNormal

from latentia.conditional import ConditionalDistribution
from latentia.priors._codes import check_codes, least_variance


class Normal(ConditionalDistribution):
    """p(z) = N(loc, L Lᵀ) with buffers that training leaves alone.

    Parameters
    ----------
    loc : Tensor of shape (d,) or int
        Mean; an integer d stands for zeros.
    scale_tril : Tensor of shape (d, d) or None, default=None
        Lower triangular factor L of the covariance, with a positive diagonal; None is the
        identity.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import torch
    >>> codes = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
    >>> Normal.fit(codes)().mean
    tensor([1., 1.])
    """

    loc: Tensor
    scale_tril: Tensor

    def __init__(self, loc: Tensor | int, scale_tril: Tensor | None = None) -> None:
        super().__init__()
        loc = torch.zeros(loc) if isinstance(loc, int) else loc
        if scale_tril is None:
            scale_tril = torch.eye(len(loc), dtype=loc.dtype, device=loc.device)
        if loc.dim() != 1 or scale_tril.shape != (len(loc), len(loc)):
            raise ValueError(
                "loc must have shape (d,) and scale_tril (d, d), but the shapes are "
                f"{tuple(loc.shape)} and {tuple(scale_tril.shape)}."
            )
        self.event_shape = (len(loc),)
        self.register_buffer("loc", loc)
        self.register_buffer("scale_tril", scale_tril.contiguous())

    @classmethod
    def fit(cls, codes: Tensor) -> Normal:
        """Match the mean and covariance of ``codes``, shape (n, d), n >= 2.

        A relative jitter of 1e-6 on the diagonal keeps a code that never varies usable.
        """
        check_codes(codes)
        covariance = torch.atleast_2d(torch.cov(codes.T.double(), correction=0))
        jitter = least_variance(codes) * torch.eye(len(covariance)).to(covariance)
        return cls(codes.mean(0), torch.linalg.cholesky(covariance + jitter).to(codes.dtype))

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"loc": len(self.loc)}

    def forward(self, *conditions: Tensor) -> Distribution:
        prior = MultivariateNormal(self.loc, scale_tril=self.scale_tril, validate_args=False)
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
