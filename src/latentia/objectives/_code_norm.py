"""Codes that stay near the origin."""

from __future__ import annotations

from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class CodeNorm(Objective):
    r"""Half the squared length of the code.

    .. math:: L(x) = E_{z \sim q(z|x)} \tfrac{1}{2} \lVert z \rVert^2

    in squared units of the code. For a deterministic encoder it is what is left of the
    divergence from a standard normal prior, up to a constant.

    References
    ----------
    P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
    Deterministic Autoencoders. 2020.

    Examples
    --------
    >>> from latentia.objectives import Reconstruction
    >>> regularised = Reconstruction() + 0.01 * CodeNorm()
    """

    def forward(self, trace: Trace, info: Info) -> Loss:
        values = 0.5 * trace.z.square().flatten(2).sum(2).mean(0)
        return Loss(values, {"code_norm": values})
