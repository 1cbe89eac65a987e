"""The usual prior of one-hot codes."""

from __future__ import annotations

from typing import Any

from latentia.heads import OneHot, as_shape
from latentia.priors._by_head import ByHead, n_variables_of


class Categorical(ByHead):
    r"""Independent variables of K categories each, their one-hot codes side by side.

    .. math:: \log p(z) = \sum_{m=1}^M \log \pi_{m, k_m}

    Parameters
    ----------
    event_shape : int, tuple of one int, or encoder
        Shape (M K,) of one code; an encoder stands for the shape of its codes.
    n_variables : int or None, default=None
        The number M of variables; None is that of the encoder, else 1.
    learned : bool, default=False
        Whether the probabilities learn with the model; they start equal.

    Raises
    ------
    ValueError
        For the shape of an image, or variables that do not share the code equally.

    References
    ----------
    E. Jang, S. Gu, B. Poole. Categorical Reparameterization with Gumbel-Softmax. 2016.

    Examples
    --------
    >>> Categorical(6, n_variables=2)().entropy()  # 2 log 3
    tensor(2.1972)
    """

    def __init__(
        self, event_shape: Any, n_variables: int | None = None, learned: bool = False
    ) -> None:
        shape = as_shape(event_shape, "event_shape")
        super().__init__(OneHot(shape, n_variables_of(event_shape, n_variables)), learned)
        self.learned = learned

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {
            "event_shape": self.event_shape,
            "n_variables": self.head.n_variables,
            "learned": self.learned,
        }
