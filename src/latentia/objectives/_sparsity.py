"""Codes in which few elements are active."""

from __future__ import annotations

from torch.distributions import Bernoulli, kl_divergence

from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class L1Activity(Objective):
    r"""The sum of absolute values of the code, which pushes elements to zero.

    .. math:: L(x) = E_{z \sim q(z|x)} \sum_j |z_j|

    in units of the code, summed over its dimensions.

    References
    ----------
    B. A. Olshausen, D. J. Field. Emergence of Simple-Cell Receptive Field Properties by Learning a
    Sparse Code for Natural Images. 1996.

    Examples
    --------
    >>> from latentia.objectives import Reconstruction
    >>> sparse = Reconstruction() + 0.01 * L1Activity()
    """

    def forward(self, trace: Trace, info: Info) -> Loss:
        values = trace.z.abs().flatten(2).sum(2).mean(0)
        return Loss(values, {"l1_activity": values})


class KLSparsity(Objective):
    r"""How far the mean activity of each code element over the batch is from a target.

    .. math:: L = \sum_j \rho \log \frac{\rho}{\hat\rho_j}
              + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_j},
              \qquad \hat\rho_j = \frac{1}{n} \sum_i h_j(x_i)

    in nats, summed over code dimensions, with deterministic codes h in (0, 1). It belongs to
    the batch: every example has the same value.

    Parameters
    ----------
    target : float, default=0.05
        The mean activity :math:`\rho`, in (0, 1).

    Raises
    ------
    ValueError
        If ``target`` is not in (0, 1).
    IncompatiblePartsError
        If codes are not in (0, 1).

    References
    ----------
    A. Ng. Sparse autoencoder. Lecture notes. 2011.

    Examples
    --------
    >>> KLSparsity(target=0.1).uses_batch_statistics
    True
    """

    uses_batch_statistics = True
    gathers = True

    def __init__(self, target: float = 0.05) -> None:
        super().__init__()
        if not 0 < target < 1:
            raise ValueError(f"target={target} must be between 0 and 1, a mean activity.")
        self.target = target

    def forward(self, trace: Trace, info: Info) -> Loss:
        space = getattr(trace.model.encoder, "space", "unit")
        if space not in ("unit", "binary"):
            raise IncompatiblePartsError(
                f"KLSparsity and an encoder with {space!r} codes do not fit: a mean activity lies "
                'between 0 and 1. Use heads.Delta(..., activation="sigmoid"), or '
                "objectives.L1Activity for codes of any size."
            )
        rates = info.share.mean(point(trace.posterior))
        target = Bernoulli(rates.new_tensor(self.target), validate_args=False)
        kl = kl_divergence(target, Bernoulli(rates, validate_args=False)).sum()
        values = kl.expand(len(trace.batch))
        return Loss(values, {"kl_sparsity": values})
