"""What the heads of codes along one dimension share."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from latentia.heads._head import Head

_LONGEST = 10.0


def bounded(rows: Tensor) -> Tensor:
    """Return rows along the last dimension with their length held smoothly below 10.

    An element of a normal distribution that is a multiple of others plus noise is then no more
    than 10 times as wide as that noise: its correlation with them stays below 0.995.
    """
    return rows * (1 + (rows / _LONGEST).square().sum(-1, keepdim=True)).rsqrt()


class VectorHead(Head):
    """A head for values of shape (d,), with numbers that belong to no element alone.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape of one value.
    """

    #: What to use for values of another shape.
    otherwise: str = "heads.DiagonalNormal"
    least: int = 1

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__(event_shape)
        if len(self.event_shape) != 1 or self.event_shape[0] < self.least:
            raise ValueError(
                f"event_shape={event_shape!r} must be one number of at least {self.least} for "
                f"{type(self).__name__}; for other shapes use {self.otherwise}."
            )
