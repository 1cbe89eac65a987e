"""The part of a batch that a process has, and what it learns of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from latentia.errors import LostProcessError


class Share:
    """All of a batch: the share of a process that is alone.

    What depends on other examples of a batch asks the share of its ``Info`` for it, so that it is
    the same however many processes the batch is divided among. Values have gradients, which reach
    the examples of the other processes.

    Examples
    --------
    >>> import torch
    >>> Share().mean(torch.tensor([[1.0], [3.0]]))
    tensor([2.])
    """

    #: What part of the examples is here.
    weight: float = 1.0
    #: Where the examples here begin among all.
    start: int = 0
    #: Whether there is no other process.
    alone: bool = True

    def own(self, values: Tensor, dim: int = 0) -> Tensor:
        """Return what is of examples that belong here; a share of none holds one, for nothing."""
        return values

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over processes."""
        return values

    def mean(self, values: Tensor, dim: int = 0) -> Tensor:
        """Return the mean over all examples of the batch, along the dimension that counts them."""
        return values.mean(dim)

    def gather(self, values: Tensor, dim: int = 0) -> Tensor:
        """Return the values of all examples of the batch, in one order everywhere."""
        return values

    def first(self, values: Tensor) -> Tensor:
        """Return what the first process has, without gradients."""
        return values


#: Of a process that is alone.
WHOLE = Share()


@dataclass(frozen=True)
class Part(Share):
    """The share of one among several processes of ``torch.distributed``.

    Parameters
    ----------
    n : int
        Examples of the whole batch.
    rank, world : int
        Which process, of how many.
    """

    n: int
    rank: int
    world: int
    alone = False

    @property
    def rows(self) -> range:
        """Which examples belong here."""
        return rows_of(self.n, self.rank, self.world)

    @property
    def start(self) -> int:  # type: ignore[override]
        return self.rows.start

    @property
    def weight(self) -> float:  # type: ignore[override]
        return len(self.rows) / self.n

    def own(self, values: Tensor, dim: int = 0) -> Tensor:
        return values.narrow(dim, 0, len(self.rows))

    def sum(self, values: Tensor) -> Tensor:
        return _Sum.apply(values)

    def mean(self, values: Tensor, dim: int = 0) -> Tensor:
        return self.sum(self.own(values, dim).sum(dim)) / self.n

    def gather(self, values: Tensor, dim: int = 0) -> Tensor:
        own, rows = self.own(values, dim), self.rows
        # The rest is zero here, so that a sum puts all in its place, whatever the sizes.
        shape = list(values.shape)
        around = []
        for size in (rows.start, self.n - rows.stop):
            shape[dim] = size
            around.append(own.new_zeros(shape))
        return self.sum(torch.cat([around[0], own, around[1]], dim))

    @torch.no_grad()
    def first(self, values: Tensor) -> Tensor:
        values = values.contiguous().clone()
        with reaching_others():
            dist.broadcast(values, 0)
        return values


class _Sum(torch.autograd.Function):
    """The sum over processes, whose gradient is the sum of theirs."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.contiguous().clone()
        with reaching_others():
            dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _Sum.apply(gradients[0])


def rows_of(n: int, rank: int, world: int) -> range:
    """Return which of ``n`` examples belong to a process; sizes differ by at most one."""
    return range(n * rank // world, n * (rank + 1) // world)


@contextmanager
def reaching_others() -> Iterator[None]:
    """Say in a sentence that another process has gone, where nothing comes from it any more.

    Raises
    ------
    LostProcessError
    """
    try:
        yield
    except RuntimeError as error:
        raise LostProcessError(
            f"Process {dist.get_rank()} of {dist.get_world_size()} no longer reaches the others: "
            "one of them has ended, or the network has failed; what that one said tells why."
        ) from error
