"""What the heads of categorical codes share."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from torch import Tensor

from latentia.heads._vectors import VectorHead


class CategoricalVariables(VectorHead):
    """Several variables of as many categories each, with the raw output as their logits.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape of one code: that of all categories of all variables.
    n_variables : int, default=1
        How many variables share it equally.
    """

    least = 2

    def __init__(self, event_shape: int | Sequence[int], n_variables: int = 1) -> None:
        super().__init__(event_shape)
        (d,) = self.event_shape
        whole = isinstance(n_variables, Integral) and n_variables >= 1 and d % n_variables == 0
        if not whole or d // n_variables < 2:
            raise ValueError(
                f"n_variables={n_variables!r} must divide the {d} numbers of one code into equal "
                "groups of at least 2."
            )
        self.n_variables = int(n_variables)

    def logits(self, raw: Tensor) -> Tensor:
        """Return the raw numbers of each variable, shape (*batch, n_variables, n_categories)."""
        return self.checked(raw).unflatten(-1, (self.n_variables, -1))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, n_variables={self.n_variables}"
