"""Heads for counts: how often something happened."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, distributions
from torch.distributions import Distribution, Independent

from latentia.distributions import ZeroInflated
from latentia.heads._head import Head
from latentia.heads._positive import bounded_exp, bounded_log, check_source, learned, positive


class Counts(Head):
    """What heads of counts share: a rate in units of the mean count of each element.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    Attributes
    ----------
    size : Tensor, shape event_shape
        The mean count of each element, 1 until :meth:`start_from` has seen some. Raw outputs of
        zero predict it, so that counts of thousands train as well as counts of ones.
    """

    space = "counts"
    size: Tensor

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__(event_shape)
        self.register_buffer("size", torch.ones(self.event_shape))

    def start_from(self, x: Tensor) -> None:
        """Take the mean of each element as the unit of its rate.

        What none of n examples has seen counts as seen once.
        """
        self.size.copy_(x.double().mean(0).clamp(min=1 / len(x)))

    def _rate(self, raw: Tensor) -> Tensor:
        return self.size * bounded_exp(raw)

    def _independent(self, elements: Distribution) -> Independent:
        return Independent(elements, self.event_dim, validate_args=False)


class Poisson(Counts):
    r"""Independent counts whose variance is their mean.

    .. math:: -\log p(x) = \sum_j \left[ \lambda_j - x_j \log \lambda_j + \log x_j! \right],
              \qquad \lambda_j = \bar x_j e^{r_j}

    with :math:`\bar x_j` the mean count of the element in the data. The exponent is held inside
    (-7, 7), so the rate inside [9e-4, 1100] times the mean.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    References
    ----------
    H. Zhao, P. Rai, L. Du, W. Buntine, D. Phung, M. Zhou. Variational Autoencoders for Sparse and
    Overdispersed Discrete Data. 2020.

    Examples
    --------
    >>> import torch
    >>> Poisson((2,))(torch.zeros(1, 2)).log_prob(torch.tensor([[0.0, 1.0]]))
    tensor([-2.])
    """

    def forward(self, raw: Tensor) -> Independent:
        (log_rate,) = self.split(raw)
        return self._independent(distributions.Poisson(self._rate(log_rate), validate_args=False))


class ZeroInflatedPoisson(Poisson):
    r"""Independent counts as of :class:`Poisson`, and more zeros than it explains.

    .. math:: P(x_j) = \pi_j\, [x_j = 0] + (1 - \pi_j)\, p(x_j), \qquad \pi_j = \sigma(r'_j)

    with the logits r' as a further network output. The mean is :math:`(1 - \pi_j) \lambda_j`.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    References
    ----------
    D. Lambert. Zero-Inflated Poisson Regression, with an Application to Defects in Manufacturing.
    1992.

    Examples
    --------
    >>> import torch
    >>> head = ZeroInflatedPoisson((1,))
    >>> head(torch.zeros(1, 2)).log_prob(torch.tensor([[0.0], [1.0]])).exp()
    tensor([0.6839, 0.1839])
    """

    params_per_element = 2

    def forward(self, raw: Tensor) -> Independent:
        log_rate, zero_logits = self.split(raw)
        counted = distributions.Poisson(self._rate(log_rate), validate_args=False)
        return self._independent(ZeroInflated(counted, zero_logits))


class NegativeBinomial(Counts):
    r"""Independent counts whose variance exceeds their mean, as that of most counts does.

    .. math:: p(x) = \prod_j \frac{\Gamma(x_j + t_j)}{x_j!\, \Gamma(t_j)}
              \left(\frac{t_j}{t_j + \mu_j}\right)^{t_j}
              \left(\frac{\mu_j}{t_j + \mu_j}\right)^{x_j}, \qquad
              \mathrm{Var}(x_j) = \mu_j + \mu_j^2 / t_j

    with :math:`\mu_j` the rate, as that of :class:`Poisson`, which it becomes for large t.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    total_count : {"feature", "shared", "predicted"} or float, default="feature"
        The inverse t of the dispersion: one learned number for each element, one for all, a
        network output, or a fixed number. Held inside [9e-4, 1100].

    Raises
    ------
    ValueError
        If ``total_count`` is neither positive nor one of the names.

    References
    ----------
    M. D. Robinson, G. K. Smyth. Small-Sample Estimation of Negative Binomial Dispersion, with
    Applications to SAGE Data. 2008.
    C. H. Grønbech et al. scVAE: Variational Auto-Encoders for Single-Cell Gene Expression Data.
    2020.
    R. Lopez, J. Regier, M. B. Cole, M. I. Jordan, N. Yosef. Deep Generative Modeling for
    Single-Cell Transcriptomics. 2018.

    Examples
    --------
    >>> import torch
    >>> head = NegativeBinomial((1,), total_count=1.0)
    >>> head(torch.zeros(1, 1)).log_prob(torch.tensor([[0.0], [1.0]])).exp()
    tensor([0.5000, 0.2500])
    """

    def __init__(
        self, event_shape: int | Sequence[int], total_count: str | float = "feature"
    ) -> None:
        check_source(total_count, "total_count")
        super().__init__(event_shape)
        self.params_per_element = 2 if total_count == "predicted" else 1
        self.total_count = total_count
        self.log_total_count = learned(total_count, self.event_shape)

    def start_from(self, x: Tensor) -> None:
        """Take the mean of each element as its unit, and a learned dispersion from the moments."""
        super().start_from(x)
        if self.log_total_count is None:
            return
        mean, variance = x.double().mean(0), x.double().var(0, correction=0)
        squares, excess = mean.square(), variance - mean
        if self.total_count == "shared":
            squares, excess = squares.sum(), excess.sum()
        total_count = squares.clamp(min=1e-12) / excess.clamp(min=1e-12)
        self.log_total_count.copy_(bounded_log(total_count))

    def forward(self, raw: Tensor) -> Independent:
        log_rate, *predicted = self.split(raw)
        return self._independent(self._overdispersed(log_rate, predicted))

    def _overdispersed(self, log_rate: Tensor, predicted: Sequence[Tensor]) -> Distribution:
        total_count = positive(self.total_count, self.log_total_count, predicted, log_rate)
        logits = self._rate(log_rate).log() - total_count.log()
        return distributions.NegativeBinomial(total_count, logits=logits, validate_args=False)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, total_count={self.total_count!r}"


class ZeroInflatedNegativeBinomial(NegativeBinomial):
    r"""Independent counts as of :class:`NegativeBinomial`, and more zeros than it explains.

    .. math:: P(x_j) = \pi_j\, [x_j = 0] + (1 - \pi_j)\, p(x_j), \qquad \pi_j = \sigma(r'_j)

    with the logits r' as a further network output. The mean is :math:`(1 - \pi_j) \mu_j`.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    total_count : {"feature", "shared", "predicted"} or float, default="feature"
        As in :class:`NegativeBinomial`.

    Raises
    ------
    ValueError
        If ``total_count`` is neither positive nor one of the names.

    References
    ----------
    R. Lopez, J. Regier, M. B. Cole, M. I. Jordan, N. Yosef. Deep Generative Modeling for
    Single-Cell Transcriptomics. 2018.

    Examples
    --------
    >>> import torch
    >>> head = ZeroInflatedNegativeBinomial((1,), total_count=1.0)
    >>> head(torch.zeros(1, 2)).log_prob(torch.tensor([[0.0], [1.0]])).exp()
    tensor([0.7500, 0.1250])
    """

    def __init__(
        self, event_shape: int | Sequence[int], total_count: str | float = "feature"
    ) -> None:
        super().__init__(event_shape, total_count)
        self.params_per_element += 1

    def forward(self, raw: Tensor) -> Independent:
        log_rate, zero_logits, *predicted = self.split(raw)
        counted = self._overdispersed(log_rate, predicted)
        return self._independent(ZeroInflated(counted, zero_logits))
