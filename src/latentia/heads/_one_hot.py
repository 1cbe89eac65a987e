"""A posterior over categories, as rows of one 1 and else 0."""

from __future__ import annotations

from torch import Tensor
from torch.distributions import Independent, OneHotCategoricalStraightThrough

from latentia.distributions import Flattened
from latentia.heads._variables import CategoricalVariables


class _StraightThrough(OneHotCategoricalStraightThrough):
    """One-hot draws whose density has a derivative in them, as the draws have in the logits."""

    def log_prob(self, value: Tensor) -> Tensor:
        return (value * self.logits).sum(-1)


class OneHot(CategoricalVariables):
    r"""Variables of K categories each, their one-hot codes side by side.

    .. math:: p(z) = \prod_{m=1}^M \mathrm{softmax}(r_m)_{k_m}, \quad
              z = (e_{k_1}, \dots, e_{k_M}) \in \{0, 1\}^{M K}

    Gradients pass a draw as if it were the probabilities. That estimate is biased, unless what the
    draw goes into is linear, but has little noise: it is what :class:`~latentia.objectives.ELBO`
    learns by. Unbiased is the score function, which its ``gradient="score-function"`` takes, and
    :class:`~latentia.objectives.IWAE` by itself.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (M K,) of one code.
    n_variables : int, default=1
        The number M of variables.

    Raises
    ------
    ValueError
        For the shape of an image, or variables that do not share the code equally.

    References
    ----------
    Y. Bengio, N. Léonard, A. Courville. Estimating or Propagating Gradients Through Stochastic
    Neurons for Conditional Computation. 2013.

    Examples
    --------
    >>> import torch
    >>> OneHot(6, n_variables=2)(torch.zeros(1, 6)).entropy()  # 2 log 3
    tensor([2.1972])
    """

    space = "one-hot"

    def forward(self, raw: Tensor) -> Flattened:
        each = _StraightThrough(logits=self.logits(raw), validate_args=False)
        return Flattened(Independent(each, 1, validate_args=False))
