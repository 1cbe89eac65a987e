"""A head turns the raw output of a network into a distribution."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

from torch import Tensor, nn
from torch.distributions import Distribution


def as_shape(shape: Any, argument: str, *, scalar: bool = False) -> tuple[int, ...]:
    """Return ``shape`` as a tuple of positive integers, an integer being one dimension.

    Whatever has an ``event_shape``, an encoder for instance, stands for that. The shape () of a
    single number is refused, unless it may be ``scalar``.
    """
    shape = getattr(shape, "event_shape", shape)
    sizes = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    empty = not sizes and not scalar
    if empty or any(not isinstance(size, Integral) or size < 1 for size in sizes):
        raise ValueError(f"{argument}={shape!r} must hold positive integers, e.g. 8 or (28, 28).")
    return tuple(int(size) for size in sizes)


_DISCRETE = ("binary", "categories", "counts", "levels", "one-hot", "simplex")


def as_count(value: Any, argument: str) -> int:
    """Return a positive integer, or refuse anything else.

    Raises
    ------
    ValueError
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{argument}={value!r} must be an integer of at least 1.")
    return int(value)


class Head(nn.Module, ABC):
    """Raw network output in, distribution out.

    Posterior families and likelihoods are the same kind of thing, so one head serves both.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value of the distribution.

    Attributes
    ----------
    params_per_element : int
        How many raw numbers each element of the event needs.
    space : str
        Where values of the distribution live, a word such as "real", "sphere" or "one-hot": codes
        and their prior must agree on it.
    scalar : bool
        Whether one value may be a single number, of event shape ().
    deterministic : bool
        Whether its distributions are point masses, which have no density.
    params_shape : tuple of int
        Shape of the raw numbers, ``(params_per_element, *event_shape)``.
    n_params : int
        How many raw numbers one event needs in all.
    learns_by : str or None
        Name in ``objectives.penalties`` of what must be added to a loss for it to learn.
    discrete : bool
        Whether its values have probabilities, which do not change with the units of the data.
    """

    space: str = "real"
    scalar: bool = False
    deterministic: bool = False
    learns_by: str | None = None
    params_per_element: int = 1

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape, "event_shape", scalar=self.scalar)

    @property
    def params_shape(self) -> tuple[int, ...]:
        return (self.params_per_element, *self.event_shape)

    @property
    def n_params(self) -> int:
        return math.prod(self.params_shape)

    @property
    def discrete(self) -> bool:
        return self.space in _DISCRETE

    @property
    def is_started(self) -> bool:
        """Whether what :attr:`learns_by` teaches is no longer as it was drawn at random."""
        return True

    @property
    def event_dim(self) -> int:
        return len(self.event_shape)

    def split(self, raw: Tensor) -> tuple[Tensor, ...]:
        """Return the raw numbers as one tensor of shape (*batch, *event) for each parameter."""
        each, dim = self.checked(raw).unflatten(-1, self.params_shape), -1 - self.event_dim
        # A single one is no copy, also on the way back.
        return (each.squeeze(dim),) if each.shape[dim] == 1 else each.unbind(dim)

    def checked(self, raw: Tensor) -> Tensor:
        """Return the raw numbers, or refuse another width than ``n_params``."""
        if raw.shape[-1] != self.n_params:
            raise ValueError(
                f"{type(self).__name__} needs {self.n_params} numbers along the last dimension, "
                f"but the network gave shape {tuple(raw.shape)}; build the network with "
                "head.n_params outputs."
            )
        return raw

    def start_from(self, x: Tensor) -> None:
        """Set learned parameters to suit some examples x, shape (n, *event), before training."""

    @abstractmethod
    def forward(self, raw: Tensor) -> Distribution:
        """Return the distribution with parameters ``raw`` of shape (*batch, n_params)."""

    def extra_repr(self) -> str:
        return f"event_shape={self.event_shape}"
