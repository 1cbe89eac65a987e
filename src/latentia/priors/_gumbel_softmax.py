"""The usual prior of relaxed categories."""

from __future__ import annotations

from typing import Any

from latentia import heads
from latentia.priors._by_head import ByHead, n_variables_of


class GumbelSoftmax(ByHead):
    r"""Independent variables of K equal relaxed categories each, their shares side by side.

    .. math:: z_m = \mathrm{softmax}(g_m / \tau), \quad g_{m,k} \sim \mathrm{Gumbel}(0, 1)

    Parameters
    ----------
    event_shape : int, tuple of one int, or encoder
        Shape (M K,) of one code; an encoder stands for the shape of its codes.
    n_variables : int or None, default=None
        The number M of variables; None is that of the encoder, else 1.
    temperature : float, default=0.5
        Tau: draws are nearly one-hot near 0, and nearly equal shares for large values.

    Raises
    ------
    ValueError
        For the shape of an image, variables that do not share the code equally, or a temperature
        that is not positive.

    References
    ----------
    C. J. Maddison, A. Mnih, Y. W. Teh. The Concrete Distribution: A Continuous Relaxation of
    Discrete Random Variables. 2016.

    Examples
    --------
    >>> import torch
    >>> GumbelSoftmax(2, temperature=1.0)().log_prob(torch.tensor([0.3, 0.7])).abs() < 1e-6
    tensor(True)
    """

    def __init__(
        self, event_shape: Any, n_variables: int | None = None, temperature: float = 0.5
    ) -> None:
        shape = heads.as_shape(event_shape, "event_shape")
        n_variables = n_variables_of(event_shape, n_variables)
        super().__init__(heads.GumbelSoftmax(shape, n_variables, temperature))

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {
            "event_shape": self.event_shape,
            "n_variables": self.head.n_variables,
            "temperature": self.head.temperature,
        }
