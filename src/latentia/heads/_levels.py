"""Heads for values on a grid, such as 8-bit pixels."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily

from latentia import distributions
from latentia.heads._head import Head
from latentia.heads._positive import bounded_exp


class Levels(Head):
    r"""Independent elements, each one of K levels in [0, 1], with K raw outputs as their logits.

    .. math:: -\log p(x) = -\sum_j \log \mathrm{softmax}(r_j)_{k_j}, \quad
              x_j = k_j / (K - 1)

    It can have any shape, and knows nothing of the order of the levels: it needs many examples,
    and K outputs for each element.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    n_levels : int, default=256
        The number K of equally spaced values, at least 2; 256 for 8-bit images divided by 255.

    Raises
    ------
    ValueError
        If ``n_levels`` is no integer of at least 2.

    References
    ----------
    A. van den Oord, N. Kalchbrenner, K. Kavukcuoglu. Pixel Recurrent Neural Networks. 2016.

    Examples
    --------
    >>> import torch
    >>> head = Levels((2,), n_levels=5)
    >>> p = head(torch.zeros(1, 10))
    >>> p.mean, p.log_prob(torch.tensor([[0.25, 1.0]]))  # -2 log 5
    (tensor([[0.5000, 0.5000]]), tensor([-3.2189]))
    """

    space = "levels"

    def __init__(self, event_shape: int | Sequence[int], n_levels: int = 256) -> None:
        super().__init__(event_shape)
        self.n_levels = _at_least(2, n_levels, "n_levels")
        self.params_per_element = self.n_levels

    def forward(self, raw: Tensor) -> Independent:
        logits = _parameters_last(self, raw)
        return Independent(distributions.Levels(logits), self.event_dim, validate_args=False)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, n_levels={self.n_levels}"


class DiscretizedLogistic(Head):
    r"""Independent elements, each a mixture of logistic variables rounded to K levels in [0, 1].

    .. math:: p(x_j) = \sum_c \pi_{jc} \left[ \sigma\left(
              \tfrac{x_j + \delta - \mu_{jc}}{s_{jc}} \right) - \sigma\left(
              \tfrac{x_j - \delta - \mu_{jc}}{s_{jc}} \right) \right], \quad
              \delta = \tfrac{1}{2 (K - 1)}

    The lowest and the highest level take the tails. Neighbouring levels are alike, which a softmax
    over levels would have to learn. Raw outputs of zero spread the components evenly over [0, 1].

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    n_levels : int, default=256
        The number K of equally spaced values, at least 2.
    n_components : int, default=1
        Logistic variables in the mixture of each element.

    Raises
    ------
    ValueError
        If ``n_levels`` or ``n_components`` is out of range.

    References
    ----------
    D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive Flow. 2016.
    T. Salimans, A. Karpathy, X. Chen, D. P. Kingma. PixelCNN++: Improving the PixelCNN with
    Discretized Logistic Mixture Likelihood and Other Modifications. 2017.

    Examples
    --------
    >>> import torch
    >>> head = DiscretizedLogistic((2,), n_levels=3, n_components=2)
    >>> p = head(torch.zeros(1, head.n_params))
    >>> mass = sum(p.base_dist.log_prob(torch.tensor(x)).exp() for x in (0.0, 0.5, 1.0))
    >>> torch.allclose(mass, torch.ones(1, 2))
    True
    """

    space = "levels"

    def __init__(
        self, event_shape: int | Sequence[int], n_levels: int = 256, n_components: int = 1
    ) -> None:
        super().__init__(event_shape)
        self.n_levels = _at_least(2, n_levels, "n_levels")
        self.n_components = _at_least(1, n_components, "n_components")
        # One component needs no weight.
        self.params_per_element = 2 if self.n_components == 1 else 3 * self.n_components

    def forward(self, raw: Tensor) -> Independent:
        k = self.n_components
        parameters = _parameters_last(self, raw)
        loc, log_scale, *weights = parameters.split(k, dim=-1)
        centres = (torch.arange(k, device=raw.device, dtype=loc.dtype) + 0.5) / k
        components = distributions.DiscretizedLogistic(
            centres + loc, bounded_exp(log_scale) / (4 * k), self.n_levels
        )
        logits = weights[0] if weights else torch.zeros_like(loc)
        mixture = MixtureSameFamily(
            Categorical(logits=logits, validate_args=False), components, validate_args=False
        )
        return Independent(mixture, self.event_dim, validate_args=False)

    def extra_repr(self) -> str:
        own = f"n_levels={self.n_levels}, n_components={self.n_components}"
        return f"{super().extra_repr()}, {own}"


def _parameters_last(head: Head, raw: Tensor) -> Tensor:
    # A view: to stack hundreds of parameters takes longer than to use them.
    return head.checked(raw).unflatten(-1, head.params_shape).movedim(-1 - head.event_dim, -1)


def _at_least(least: int, value: object, argument: str) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{argument}={value!r} must be an integer of at least {least}.")
    return int(value)
