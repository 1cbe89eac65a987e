"""How well x is predicted from its own code."""

from __future__ import annotations

from latentia._names import lookup
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._norms import norms
from latentia.objectives._objective import Info, Objective


class Reconstruction(Objective):
    r"""The negative log-likelihood of the input given its code, or a distance from it.

    .. math:: L(x) = -E_{z \sim q(z|x)} \log p(x \mid z)

    in nats, summed over features. The likelihood decides what it is: unit-variance normal gives
    half the squared error plus :math:`\tfrac{d}{2} \log 2\pi`, Bernoulli the binary
    cross-entropy, Laplace the absolute error. With a norm it is the expected distance of x from
    the mean D(z) of the likelihood, without constants and without a scale.

    Parameters
    ----------
    norm : str or None, default=None
        ``None`` is the negative log-likelihood. Others, each summed over features:
        "squared_error"; "l2", its square root, in units of x; "absolute_error"; "huber", half
        the square of errors below 1 and linear above; "binary_cross_entropy", in nats, for x
        in [0, 1].
    n_samples : int, default=1
        Codes drawn for each example; a point-mass posterior needs one.

    Raises
    ------
    ValueError
        For an unknown norm, or ``n_samples`` below 1.
    IncompatiblePartsError
        For "binary_cross_entropy" with a decoder whose values are not in [0, 1].

    Examples
    --------
    >>> Reconstruction().n_samples
    1
    >>> Reconstruction("huber").norm
    'huber'
    """

    def __init__(self, norm: str | None = None, n_samples: int = 1) -> None:
        super().__init__()
        if norm is not None:
            lookup(norms, norm, "norm")
        if n_samples < 1:
            raise ValueError(f"n_samples={n_samples} must be at least 1.")
        self.norm = norm
        self.n_samples = n_samples

    def forward(self, trace: Trace, info: Info) -> Loss:
        if self.norm is None:
            values = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        else:
            self._check_values(trace)
            values = norms[self.norm](trace.likelihood, trace.batch.x).mean(0)
        return Loss(values, {"reconstruction": values})

    def _check_values(self, trace: Trace) -> None:
        space = getattr(trace.model.decoder, "space", "unit")
        if self.norm == "binary_cross_entropy" and space not in ("unit", "binary"):
            raise IncompatiblePartsError(
                f'Reconstruction("binary_cross_entropy") and a decoder with {space!r} values do '
                "not fit: a cross-entropy needs values in [0, 1]. Use heads.Bernoulli, or "
                'norm="squared_error".'
            )
