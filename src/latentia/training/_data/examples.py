"""Where the examples of a pass come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from latentia.models import Batch


class Block(NamedTuple):
    """Some examples of a pass on the device, and the order in which steps take them.

    Parameters
    ----------
    start : int
        Examples of the pass that come before.
    batch : Batch
        The examples, raw.
    order : Tensor
        Indices into them.
    """

    start: int
    batch: Batch
    order: Tensor


class Examples(Protocol):
    """What a pass takes its examples from: memory, or files that are larger than memory."""

    def __len__(self) -> int:
        """Return how many a pass has."""

    def head(self, n: int) -> Batch:
        """Return the first ``n``, or as many as may be held at once, on the device, raw."""

    def shuffled(self, order: torch.Generator, done: int) -> Iterator[Block]:
        """Yield the blocks of a pass in an order drawn from ``order``, but for those all done.

        The order depends on the state of the generator only, and the generator is left in the same
        state however many examples are done.
        """

    def in_order(self) -> Iterator[Batch]:
        """Yield them all on the device, raw, as they come."""


@dataclass(frozen=True)
class Resident:
    """Examples that all lie on the device: one block.

    Parameters
    ----------
    batch : Batch
        On the device, raw.
    """

    batch: Batch

    def __len__(self) -> int:
        return len(self.batch)

    def head(self, n: int) -> Batch:
        return self.batch.head(n)

    def shuffled(self, order: torch.Generator, done: int) -> Iterator[Block]:
        indices = torch.randperm(len(self), generator=order).to(self.batch.x.device)
        yield Block(0, self.batch, indices)

    def in_order(self) -> Iterator[Batch]:
        yield self.batch
