"""How far the codes of a batch are from draws of the prior, by a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from latentia._names import lookup
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import require_derivatives

#: Functions of the squared distance, in units of the scale of the kernel.
kernels: dict[str, Callable[[Tensor], Tensor]] = {
    "inverse-multiquadric": lambda u: 1 / (1 + u),
    "rbf": lambda u: torch.exp(-u),
}


class MMD(Objective):
    r"""The squared maximum mean discrepancy between the codes of a batch and the prior.

    .. math:: L = \frac{1}{n (n - 1)} \sum_{i \ne j} \left[ k(z_i, z_j) + k(p_i, p_j) \right]
              - \frac{2}{n^2} \sum_{i, j} k(z_i, p_j), \quad z_i \sim q(z|x_i), \; p_i \sim p(z)

    without a unit: an unbiased estimate, so it may be negative, of a distance between the
    aggregated posterior and the prior. The posterior may be a point mass. The kernel is a sum over
    several scales s, with d the size of a code:

    .. math:: k(a, b) = \sum_s \frac{C_s}{C_s + \lVert a - b \rVert^2} \;\text{ or }\;
              \sum_s e^{-\lVert a - b \rVert^2 / C_s}, \quad C_s = 2 d \sigma^2 s

    so that s = 1 is the mean squared distance of two draws from a prior of standard deviation
    :math:`\sigma`. It belongs to the batch: every example has the same value. A batch
    of one example has no pairs, and costs nothing.

    Parameters
    ----------
    kernel : {"inverse-multiquadric", "rbf"}, default="inverse-multiquadric"
        The first of the two has the heavier tails, and pulls at codes far from the prior.
    scales : sequence of float, default=(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
        Each s.
    std : float or None, default=None
        The standard deviation :math:`\sigma`, in units of the code; None is that of the prior, by
        its draws for the batch.

    Raises
    ------
    ValueError
        For an unknown kernel, no scales, or a scale or ``std`` that is not positive.
    IncompatiblePartsError
        If the model has no prior.

    References
    ----------
    I. Tolstikhin, O. Bousquet, S. Gelly, B. Schölkopf. Wasserstein Auto-Encoders. 2018.
    S. Zhao, J. Song, S. Ermon. InfoVAE: Balancing Learning and Inference in Variational
    Autoencoders. 2019.

    Examples
    --------
    >>> from latentia.objectives import ELBO, Reconstruction
    >>> wasserstein = Reconstruction("squared_error") + 10.0 * MMD()
    >>> info_vae = ELBO(beta=0.0) + 100.0 * MMD("rbf", scales=(1.0,))
    """

    uses_batch_statistics = True
    gathers = True

    def __init__(
        self,
        kernel: str = "inverse-multiquadric",
        scales: Sequence[float] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
        std: float | None = None,
    ) -> None:
        super().__init__()
        lookup(kernels, kernel, "kernel")
        if not scales or not all(s > 0 and math.isfinite(s) for s in scales):
            raise ValueError(f"scales={scales!r} must be positive numbers, at least one.")
        if std is not None and not (std > 0 and math.isfinite(std)):
            raise ValueError(f"std={std!r} must be a positive number, or None.")
        self.kernel = kernel
        self.scales = tuple(scales)
        self.std = std

    def forward(self, trace: Trace, info: Info) -> Loss:
        require_derivatives(trace, "MMD")
        z = info.share.gather(trace.z.flatten(2), 1)
        p = info.share.gather(trace.prior.sample(trace.z.shape[:1]).flatten(2), 1)
        n = z.shape[1]
        if n > 1:
            unit = self._unit(p)
            zz, pp, zp = (self._kernel(*pair, unit) for pair in ((z, z), (p, p), (z, p)))
            within = _without_diagonal(zz) + _without_diagonal(pp)
            each = within / (n * (n - 1)) - 2 * zp.mean((1, 2))
        else:
            each = 0 * z.sum((1, 2))
        values = each.mean().expand(len(trace.batch))
        return Loss(values, {"mmd": values})

    def _unit(self, p: Tensor) -> Tensor | float:
        """Return the mean squared distance of two draws of the prior."""
        if self.std is not None:
            return 2 * p.shape[-1] * self.std**2
        squared = 2 * p.detach().var(1).sum(-1).mean()
        return squared.clamp(min=torch.finfo(p.dtype).tiny)

    def _kernel(self, a: Tensor, b: Tensor, unit: Tensor | float) -> Tensor:
        squared = torch.cdist(a, b).square()
        return torch.stack([kernels[self.kernel](squared / (unit * s)) for s in self.scales]).sum(0)


def _without_diagonal(kernel: Tensor) -> Tensor:
    """Return the sum over pairs of two different codes, draw by draw."""
    return kernel.sum((1, 2)) - kernel.diagonal(dim1=1, dim2=2).sum(1)
