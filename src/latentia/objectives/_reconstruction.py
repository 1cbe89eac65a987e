"""How well x is predicted from its own code."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.distributions import Distribution

from latentia import corruptions
from latentia._names import lookup
from latentia.heads import as_count
from latentia.models import Trace, check_norm, norms
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._score_function import score_function


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
        in [0, 1]; "categorical_cross_entropy", in nats, for shares that sum to 1.
    n_samples : int, default=1
        Codes drawn for each example; a point-mass posterior needs one.
    code_corruption : callable or None, default=None
        What spoils the codes, shape (n, *code), that the decoder is given in training: an object
        such as ``corruptions.Gaussian(0.1)``, or a function that keeps the shape. Other terms,
        and every pass after ``eval()``, see the codes as they are.

    Raises
    ------
    ValueError
        For an unknown norm, ``n_samples`` below 1, or codes that a corruption gave another shape.
    TypeError
        For a ``code_corruption`` that is not callable.
    IncompatiblePartsError
        For a cross-entropy with a decoder whose values are not in [0, 1], or no shares.

    Examples
    --------
    >>> Reconstruction().n_samples
    1
    >>> Reconstruction("huber").norm
    'huber'
    >>> from latentia.corruptions import NestedDropout
    >>> ordered = Reconstruction(code_corruption=NestedDropout(0.2))
    """

    def __init__(
        self,
        norm: str | None = None,
        n_samples: int = 1,
        code_corruption: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__()
        if norm is not None:
            lookup(norms, norm, "norm")
        as_count(n_samples, "n_samples")
        given = code_corruption is not None
        if given and (isinstance(code_corruption, type) or not callable(code_corruption)):
            raise TypeError(
                f"code_corruption={code_corruption!r} must be an object such as "
                "corruptions.Gaussian(0.1), or a function of a batch of codes."
            )
        self.norm = norm
        self.n_samples = n_samples
        self.code_corruption = code_corruption

    def forward(self, trace: Trace, info: Info) -> Loss:
        costs = self._costs(trace)
        values = costs.mean(0)
        terms = {"reconstruction": values}
        if trace.posterior.has_rsample:
            return Loss(values, terms)
        log_posterior = trace.posterior.log_prob(trace.z)
        score = score_function(lambda signals: signals.mean(0), costs, log_posterior)
        return Loss(values, terms, values + score)

    def _costs(self, trace: Trace) -> Tensor:
        likelihood = self._likelihood(trace)
        if self.norm is None:
            return -likelihood.log_prob(trace.batch.x)
        check_norm(self.norm, trace.model.decoder, f'Reconstruction("{self.norm}")')
        return norms[self.norm](likelihood, trace.batch.x)

    def _likelihood(self, trace: Trace) -> Distribution:
        if self.code_corruption is None or not self.training:
            return trace.likelihood
        # A corruption is of (n, *code), and draws of one example are spoilt each by itself.
        codes = trace.z.flatten(0, 1)
        spoilt = corruptions.apply(self.code_corruption, codes, "code_corruption")
        return trace.model.decoder(spoilt.reshape(trace.z.shape), *trace.batch.conditions)
