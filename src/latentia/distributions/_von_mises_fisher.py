"""The normal distribution of directions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Beta

from latentia.distributions._axial import Axial

#: Each candidate is taken with a probability above 0.6, so that none is in 1 of 1e12 draws.
_CANDIDATES = 30


class VonMisesFisher(Axial):
    r"""Directions around an axis, with a density exponential in the cosine of the angle.

    .. math:: p(z) = \frac{\kappa^{d/2 - 1}}{(2 \pi)^{d/2} I_{d/2 - 1}(\kappa)}
              \, e^{\kappa \mu^\top z}, \quad |z| = 1

    Draws have exact derivatives: those of the quantile of the cosine for the concentration, those
    of a reflection for the axis.

    Parameters
    ----------
    loc : Tensor, shape (*batch, d)
        The axis mu, of length 1; d is at least 2.
    concentration : Tensor, shape (*batch,)
        Kappa, positive: 0 is uniform, and for large values it is one over the variance across.

    Raises
    ------
    ValueError
        If d is below 2.

    References
    ----------
    A. T. A. Wood. Simulation of the von Mises Fisher distribution. 1994.
    T. R. Davidson, L. Falorsi, N. De Cao, T. Kipf, J. M. Tomczak. Hyperspherical Variational
    Auto-Encoders. 2018.
    M. Figurnov, S. Mohamed, A. Mnih. Implicit Reparameterization Gradients. 2018.

    Examples
    --------
    >>> import torch
    >>> q = VonMisesFisher(torch.tensor([0.0, 0.0, 1.0]), torch.tensor(2.0))
    >>> q.mean  # coth(2) - 1/2 along the axis
    tensor([0.0000, 0.0000, 0.5373])
    """

    @staticmethod
    def _statistic(near: Tensor, far: Tensor) -> Tensor:
        return -2 * near

    def _peak(self) -> tuple[Tensor, Tensor]:
        k, m = self.concentration, self._power
        root = (m * m + 4 * k * k).sqrt()
        w = 2 * k / (m + root)  # where k (1 - w^2) = m w
        near = m / ((m + root) * (1 + w))
        curvature = 4 * near * (1 - near) * (2 * k * w + m)
        return -0.5 * torch.logit(near), curvature.rsqrt()

    def _draw(self, shape: torch.Size) -> Tensor:
        k, m = self.concentration, self._power
        b = m / (2 * k + (m * m + 4 * k * k).sqrt())
        half = k.new_full((), 0.5 * m)
        epsilon = Beta(half, half, validate_args=False).sample((_CANDIDATES, *shape))
        epsilon = epsilon.clamp(torch.finfo(k.dtype).tiny, 1 - torch.finfo(k.dtype).eps)
        near = b * epsilon / (1 - (1 - b) * epsilon)
        start = b / (1 + b)
        gain = (near + start - 2 * near * start) / (2 * start * (1 - start))
        log_ratio = 2 * k * (start - near) + m * gain.log()
        accepted = log_ratio >= torch.rand_like(epsilon).log()
        first = accepted.to(torch.uint8).argmax(0, keepdim=True)
        u = 0.5 * (torch.log1p(-epsilon) - epsilon.log() - b.log())
        return u.gather(0, first).squeeze(0)
