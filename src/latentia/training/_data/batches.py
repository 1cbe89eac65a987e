"""Examples on their way from the user's tensors into a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from latentia import corruptions
from latentia.models import Batch


def identity(x: Tensor) -> Tensor:
    """Return ``x``."""
    return x


@dataclass(frozen=True)
class Batches:
    """Where examples go, and what is done to x on the way; labels and conditions stay as they are.

    Parameters
    ----------
    device : device
        Where all examples are kept and batches are gathered.
    dtype : dtype
        Of floating-point numbers in a batch; integers keep theirs.
    prepare : callable
        Applied to the raw x.
    corruption : callable or None
        Applied to the prepared x, for the encoder.
    """

    device: torch.device
    dtype: torch.dtype
    prepare: Callable[[Tensor], Tensor]
    corruption: Callable[[Tensor], Tensor] | None

    def place(self, data: Tensor | Batch) -> Batch:
        """Return all examples on the device, x still raw."""
        batch = data if isinstance(data, Batch) else Batch(data)
        conditions = tuple(self._cast(c.to(self.device)) for c in batch.conditions)
        labels = None if batch.labels is None else self._cast(batch.labels.to(self.device))
        return Batch(batch.x.to(self.device), conditions, labels=labels)

    def gather(self, data: Batch, index: slice | Tensor) -> Batch:
        """Return the examples at ``index``, prepared and corrupted."""
        batch = data.take(index)
        # The type is changed last: a shift is lost if its digits are cut off first.
        x = self._cast(self.prepare(batch.x))
        return replace(batch, x=x, corrupted=self._corrupted(x))

    def _corrupted(self, x: Tensor) -> Tensor | None:
        if self.corruption is None:
            return None
        return corruptions.apply(self.corruption, x)

    def _cast(self, x: Tensor) -> Tensor:
        return x.to(self.dtype) if x.is_floating_point() else x


def pieces(batch: Batch, size: int | None) -> Iterator[Batch]:
    """Yield ``batch`` in pieces of at most ``size`` examples, as they are seen; None is whole."""
    if size is None or len(batch) <= size:
        yield batch
        return
    for start in range(0, len(batch), size):
        rows = slice(start, start + size)
        seen = None if batch.corrupted is None else batch.corrupted[rows]
        yield replace(batch.take(rows), corrupted=seen)
