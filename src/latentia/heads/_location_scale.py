"""Location-scale families: the raw output is a location and, where predicted, a log-scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from torch import Tensor, distributions
from torch.distributions import Distribution, Independent

from latentia.heads._head import Head
from latentia.heads._positive import bounded_log, check_source, learned, positive


class LocationScale(Head):
    """What :class:`DiagonalNormal` and its kin share: where the scale comes from.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    scale : {"predicted", "shared", "feature"} or float, default="predicted"
        A network output, one learned number, one for each element, or a fixed number.
    """

    family: ClassVar[Callable[..., Distribution]]

    def __init__(self, event_shape: int | Sequence[int], scale: str | float = "predicted") -> None:
        check_source(scale, "scale")
        super().__init__(event_shape)
        self.params_per_element = 2 if scale == "predicted" else 1
        self.scale = scale
        self.log_scale = learned(scale, self.event_shape)

    def start_from(self, x: Tensor) -> None:
        """Start a learned scale at the spread of the data, where a decoder that knows nothing is.

        From there the fit of each example counts from the first step; a scale far above the
        spread would let the divergence win and the code collapse first.
        """
        if self.log_scale is None:
            return
        variance = x.double().var(0, correction=0)
        variance = variance.mean() if self.scale == "shared" else variance
        self.log_scale.copy_(bounded_log(variance.clamp(min=1e-4).sqrt()))

    def forward(self, raw: Tensor) -> Distribution:
        loc, *predicted = self.split(raw)
        scale = positive(self.scale, self.log_scale, predicted, loc)
        return Independent(self._around(loc, scale), self.event_dim, validate_args=False)

    def _around(self, loc: Tensor, scale: Tensor) -> Distribution:
        return type(self).family(loc, scale, validate_args=False)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, scale={self.scale!r}"


class DiagonalNormal(LocationScale):
    r"""Independent normal elements, as a posterior or as a likelihood.

    .. math:: -\log p(x) = \sum_j \left[ \frac{(x_j - \mu_j)^2}{2 \sigma_j^2}
              + \log \sigma_j + \tfrac{1}{2} \log 2\pi \right]

    With ``scale=1.0`` this is half the squared error plus a constant; the learned scales weigh
    the reconstruction against the divergence by what the data say, which is what keeps the
    code from collapsing.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    scale : {"predicted", "shared", "feature"} or float, default="predicted"
        The standard deviation: a network output, one learned number, one learned number for
        each element, or a fixed number in the units of the data. Held inside [9e-4, 1100].

    Raises
    ------
    ValueError
        If ``scale`` is neither positive nor one of the names.

    References
    ----------
    O. Rybkin, K. Daniilidis, S. Levine. Simple and Effective VAE Training with Calibrated Decoders.
    2021. With ``scale="shared"``.

    Examples
    --------
    >>> import torch
    >>> head = DiagonalNormal((2,), scale=1.0)
    >>> head(torch.zeros(1, 2)).log_prob(torch.zeros(1, 2))  # -log(2 pi)
    tensor([-1.8379])
    """

    family = distributions.Normal


class Laplace(LocationScale):
    r"""Independent Laplace elements: the likelihood of the absolute error.

    .. math:: -\log p(x) = \sum_j \left[ \frac{|x_j - \mu_j|}{b_j} + \log 2 b_j \right]

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    scale : {"predicted", "shared", "feature"} or float, default="predicted"
        The scale b, as in :class:`DiagonalNormal`.

    Raises
    ------
    ValueError
        If ``scale`` is neither positive nor one of the names.

    Examples
    --------
    >>> import torch
    >>> head = Laplace((2,), scale=0.5)
    >>> head(torch.zeros(1, 2)).log_prob(torch.zeros(1, 2))
    tensor([0.])
    """

    family = distributions.Laplace
