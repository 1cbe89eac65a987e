"""A posterior over shares that are nearly categories, with draws that have derivatives."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.distributions import Independent

from latentia import distributions
from latentia.heads._variables import CategoricalVariables


class GumbelSoftmax(CategoricalVariables):
    r"""Variables of K relaxed categories each, their shares side by side.

    .. math:: z_m = \mathrm{softmax}((r_m + g_m) / \tau), \quad g_{m,k} \sim \mathrm{Gumbel}(0, 1)

    The divergence from a prior of the same kind has no closed form and is sampled; it is one of
    shares, which is not the one of the categories that they relax.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (M K,) of one code.
    n_variables : int, default=1
        The number M of variables.
    temperature : float, default=0.5
        Tau: draws are nearly one-hot near 0, and nearly equal shares for large values.

    Raises
    ------
    ValueError
        For the shape of an image, variables that do not share the code equally, or a temperature
        that is not positive.

    References
    ----------
    E. Jang, S. Gu, B. Poole. Categorical Reparameterization with Gumbel-Softmax. 2016.
    C. J. Maddison, A. Mnih, Y. W. Teh. The Concrete Distribution: A Continuous Relaxation of
    Discrete Random Variables. 2016.

    Examples
    --------
    >>> import torch
    >>> q = GumbelSoftmax(6, n_variables=2)(torch.zeros(1, 6))
    >>> q.rsample().sum(-1).round(decimals=3)  # the shares of every variable sum to 1
    tensor([2.])
    """

    space = "simplex"

    def __init__(
        self, event_shape: int | Sequence[int], n_variables: int = 1, temperature: float = 0.5
    ) -> None:
        super().__init__(event_shape, n_variables)
        if not 0 < temperature < float("inf"):
            raise ValueError(f"temperature={temperature!r} must be a positive number.")
        self.temperature = temperature

    def forward(self, raw: Tensor) -> distributions.Flattened:
        each = distributions.GumbelSoftmax(raw.new_full((), self.temperature), self.logits(raw))
        return distributions.Flattened(Independent(each, 1, validate_args=False))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, temperature={self.temperature}"
