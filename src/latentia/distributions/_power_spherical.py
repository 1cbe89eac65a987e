"""Directions around an axis, drawn without rejection."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Gamma

from latentia.distributions._axial import Axial


class PowerSpherical(Axial):
    r"""Directions around an axis, with a density that is a power of one plus the cosine.

    .. math:: p(z) \propto (1 + \mu^\top z)^\kappa, \quad |z| = 1, \qquad
              \tfrac{1}{2} (1 + \mu^\top z) \sim
              \mathrm{Beta}\!\left(\tfrac{d-1}{2} + \kappa, \tfrac{d-1}{2}\right)

    Close to a :class:`VonMisesFisher` of half the concentration where it is narrow, and 0 opposite
    of its axis.

    Parameters
    ----------
    loc : Tensor, shape (*batch, d)
        The axis mu, of length 1; d is at least 2.
    concentration : Tensor, shape (*batch,)
        Kappa, positive: 0 is uniform.

    Raises
    ------
    ValueError
        If d is below 2.

    References
    ----------
    N. De Cao, W. Aziz. The Power Spherical distribution. 2020.

    Examples
    --------
    >>> import torch
    >>> q = PowerSpherical(torch.tensor([0.0, 1.0]), torch.tensor(2.0))
    >>> q.mean  # kappa / (kappa + d - 1) along the axis
    tensor([0.0000, 0.6667])
    """

    @staticmethod
    def _statistic(near: Tensor, far: Tensor) -> Tensor:
        least = torch.finfo(far.dtype).tiny
        log_far = far.clamp(min=least).log()
        return torch.where(near < far, torch.log1p(-near.clamp(max=0.5)), log_far)

    def _peak(self) -> tuple[Tensor, Tensor]:
        k, m = self.concentration, self._power
        near = m / (2 * (k + m))
        return -0.5 * torch.logit(near), (4 * near * (1 - near) * (k + m)).rsqrt()

    def _draw(self, shape: torch.Size) -> Tensor:
        half = 0.5 * self._power
        one = torch.ones_like(self.concentration).expand(shape)
        # The odds of a Beta variable; their logarithm has digits where the variable rounds to 1.
        far, near = (
            Gamma(a, one, validate_args=False).sample()
            for a in (half + self.concentration.expand(shape), half * one)
        )
        return 0.5 * (far.log() - near.log())
