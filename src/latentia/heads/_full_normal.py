"""A normal posterior with any covariance."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from latentia.heads._positive import bounded_exp
from latentia.heads._vectors import VectorHead, bounded


class FullNormal(VectorHead):
    r"""A normal distribution with a full covariance, by its Cholesky factor.

    .. math:: z \sim N(\mu, L L^\top), \quad L = \mathrm{diag}(\sigma)\, (I + V)

    with V strictly lower triangular, so that with V = 0 it is the diagonal normal of scale sigma.
    The raw numbers are mu, log sigma and V: 2 d + d (d - 1) / 2 of them. For more than some 30
    dimensions :class:`LowRankNormal` has fewer of them, and densities with more digits in float32.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code. Sigma is held inside [9e-4, 1100], and the length of a row of V
        below 10.

    Raises
    ------
    ValueError
        For the shape of an image.

    References
    ----------
    D. P. Kingma, M. Welling. An Introduction to Variational Autoencoders. 2019.

    Examples
    --------
    >>> import torch
    >>> head = FullNormal(2)
    >>> head(torch.tensor([[0.0, 0.0, 0.0, 0.0, 1.0]])).covariance_matrix.round(decimals=1)
    tensor([[[1., 1.],
             [1., 2.]]])
    """

    lower: Tensor

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__(event_shape)
        (d,) = self.event_shape
        # A buffer, so that the indices are where the numbers are.
        self.register_buffer("lower", torch.tril_indices(d, d, -1), persistent=False)

    @property
    def params_shape(self) -> tuple[int, ...]:
        (d,) = self.event_shape
        return (2 * d + d * (d - 1) // 2,)

    def split(self, raw: Tensor) -> tuple[Tensor, ...]:
        """Return mu, log sigma and the elements of V, row by row."""
        (d,) = self.event_shape
        return self.checked(raw).split((d, d, d * (d - 1) // 2), dim=-1)

    def forward(self, raw: Tensor) -> MultivariateNormal:
        loc, log_scale, below = self.split(raw)
        rows = loc.new_zeros(*loc.shape, loc.shape[-1])
        rows[..., self.lower[0], self.lower[1]] = below
        unit = torch.diag_embed(torch.ones_like(loc))
        scale_tril = bounded_exp(log_scale).unsqueeze(-1) * (unit + bounded(rows))
        return MultivariateNormal(loc, scale_tril=scale_tril, validate_args=False)
