"""The location-scale family with heavy tails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor, nn

from latentia import distributions
from latentia._names import lookup
from latentia.heads._location_scale import LocationScale

# Above the upper end it is a normal to all purposes.
_LOW, _HIGH = 2.1, 100.0
_START = 5.0


class StudentT(LocationScale):
    r"""Independent elements with tails that fall as a power: a few far values cost little.

    .. math:: -\log p(x) = \sum_j \left[ \tfrac{\nu + 1}{2}
              \log\left(1 + \tfrac{(x_j - \mu_j)^2}{\nu s_j^2}\right) + \log s_j \right]
              + \mathrm{const}(\nu)

    As a likelihood it does not let outliers pull the reconstruction; as a posterior it leaves more
    room far from its centre than a normal.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.
    df : float or "learned", default=5.0
        The degrees of freedom :math:`\nu`: a number above 1, so that the mean exists; or one
        learned number for all elements inside (2.1, 100), where the variance exists too.
    scale : {"predicted", "shared", "feature"} or float, default="predicted"
        The scale s, as in :class:`DiagonalNormal`; the standard deviation is
        :math:`\sqrt{\nu / (\nu - 2)}` times as much.

    Raises
    ------
    ValueError
        If ``df`` or ``scale`` is neither such a number nor one of the names.

    References
    ----------
    K. L. Lange, R. J. A. Little, J. M. G. Taylor. Robust Statistical Modeling Using the t
    Distribution. 1989.
    H. Takahashi, T. Iwata, Y. Yamanaka, M. Yamada, S. Yagi. Student-t Variational Autoencoder for
    Robust Density Estimation. 2018.

    Examples
    --------
    >>> import torch
    >>> head = StudentT((1,), df=3.0, scale=1.0)
    >>> head(torch.zeros(1, 1)).log_prob(torch.tensor([[0.0], [10.0]]))
    tensor([-1.0009, -8.0731])
    """

    def __init__(
        self,
        event_shape: int | Sequence[int],
        df: float | str = _START,
        scale: str | float = "predicted",
    ) -> None:
        if isinstance(df, str):
            lookup({"learned": None}, df, "df")
        elif not (isinstance(df, Real) and df > 1 and math.isfinite(df)):
            raise ValueError(f"df={df!r} must be a finite number above 1, or 'learned'.")
        super().__init__(event_shape, scale)
        self.df = df
        start = (_START - _LOW) / (_HIGH - _LOW)
        is_learned = df == "learned"
        self.raw_df = nn.Parameter(torch.tensor(start).logit()) if is_learned else None

    def _around(self, loc: Tensor, scale: Tensor) -> distributions.StudentT:
        if self.raw_df is None:
            return distributions.StudentT(float(self.df), loc, scale)
        df = _LOW + (_HIGH - _LOW) * self.raw_df.sigmoid()
        return distributions.StudentT(df, loc, scale)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, df={self.df!r}"
