"""What a distribution remembers of its last draw, so that its density need not invert it."""

from __future__ import annotations

from typing import Generic, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


class LastDraw(Generic[T]):
    """The last draw, and what its density is computed from.

    A draw that does not follow its parameters, from ``sample()``, is remembered only as long as no
    gradient is wanted: its density would have the gradient of a draw that does.
    """

    def __init__(self) -> None:
        self._last: tuple[Tensor, bool, T] | None = None

    def keep(self, draw: Tensor, origin: T) -> Tensor:
        """Remember a draw and where it came from, and return it."""
        self._last = draw, draw.requires_grad, origin
        return draw

    def origin(self, value: Tensor) -> T | None:
        """Return where ``value`` came from, if it is the last draw itself and not a copy."""
        if self._last is None:
            return None
        draw, follows, origin = self._last
        usable = value is draw and (follows or not torch.is_grad_enabled())
        return origin if usable else None
