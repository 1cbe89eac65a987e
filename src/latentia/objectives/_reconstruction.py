"""How well x is predicted from its own code."""

from __future__ import annotations

from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class Reconstruction(Objective):
    r"""The negative log-likelihood of the input given its code: a plain autoencoder.

    .. math:: L(x) = -E_{z \sim q(z|x)} \log p(x \mid z)

    in nats, summed over features. The likelihood decides what it is: unit-variance normal gives
    half the squared error plus :math:`\tfrac{d}{2} \log 2\pi`, Bernoulli the binary
    cross-entropy, Laplace the absolute error.

    Parameters
    ----------
    n_samples : int, default=1
        Codes drawn for each example; a point-mass posterior needs one.

    Examples
    --------
    >>> Reconstruction().n_samples
    1
    """

    def __init__(self, n_samples: int = 1) -> None:
        super().__init__()
        if n_samples < 1:
            raise ValueError(f"n_samples={n_samples} must be at least 1.")
        self.n_samples = n_samples

    def forward(self, trace: Trace, info: Info) -> Loss:
        values = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        return Loss(values, {"reconstruction": values})
