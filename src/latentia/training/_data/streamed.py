"""A pass over examples that are larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from latentia._share import rows_of
from latentia.models import Batch
from latentia.training._data.batches import Batches
from latentia.training._data.examples import Block
from latentia.training._data.prefetch import prefetched
from latentia.training._data.unread import source_of
from latentia.training._processes.ranks import Ranks

#: Of the examples that are in memory at once; there are two or three such blocks.
BLOCK_BYTES = 2**26

_Runs = list[tuple[int, int]]


@dataclass(frozen=True)
class Streamed:
    """Examples that are read block by block, the next one while steps use the present one.

    A pass puts the source's runs of neighbouring rows in random order, cuts the whole into blocks
    of a multiple of ``batch_size`` rows, and shuffles the rows of each block. Examples that fit
    into one block are shuffled as those in memory are. A source that can be read in its order only
    keeps it, but for the rows of a block.

    Of several processes, each reads its own part of each block, and nothing else: the steps'
    indices of other processes lead nowhere here.

    Parameters
    ----------
    data : Batch
        Its x is yet to be read; conditions and labels are in memory.
    batches : Batches
        Puts blocks on the device.
    batch_size : int
        Examples a step.
    ranks : Ranks
        Among whom the examples of a step are divided.
    block_bytes : int, default=2**26
        Of a block.
    """

    data: Batch
    batches: Batches
    batch_size: int
    ranks: Ranks = Ranks()  # noqa: RUF009  # a process alone has no state
    block_bytes: int = BLOCK_BYTES

    def __len__(self) -> int:
        return len(self.data)

    @property
    def rows(self) -> int:
        """Examples of a block."""
        step_bytes = source_of(self.data).row_bytes * self.batch_size
        return max(1, self.block_bytes // step_bytes) * self.batch_size

    def head(self, n: int) -> Batch:
        """Return the first n, or as many as a block has."""
        return self.batches.place(self._read([(0, min(n, len(self), self.rows))]))

    def shuffled(self, order: torch.Generator, done: int) -> Iterator[Block]:
        n, size = len(self), self.rows
        if n <= size and self.ranks.world == 1:
            indices = torch.randperm(n, generator=order)
            yield Block(
                0, self.batches.place(self._read([(0, n)])), indices.to(self.batches.device)
            )
            return
        shuffled = torch.randperm(len(self._edges) - 1, generator=order).numpy()
        seed = int(torch.randint(2**62, (), generator=order))
        runs = np.arange(len(shuffled)) if source_of(self.data).sequential else shuffled
        ends = np.cumsum(np.diff(self._edges)[runs])
        todo = [start for start in range(0, n, size) if done < min(n, start + size)]

        def read(start: int) -> Block:
            stop = min(n, start + size)
            own, indices = self._part(stop - start, seed + start)
            rows = self._rows_at(runs, ends, start + own.start, start + own.stop)
            return Block(start, self._read(rows), indices)

        for block in prefetched(partial(read, start) for start in todo):
            indices = block.order.to(self.batches.device)
            yield Block(block.start, self.batches.place(block.batch), indices)

    def in_order(self) -> Iterator[Batch]:
        starts = range(0, len(self), self.rows)
        tasks = (partial(self._read, [(s, min(len(self), s + self.rows))]) for s in starts)
        for batch in prefetched(tasks):
            yield self.batches.place(batch)

    def _part(self, n: int, seed: int) -> tuple[range, Tensor]:
        """Return which of a block's n rows this process reads, and where steps find them."""
        lengths = [min(self.batch_size, n - start) for start in range(0, n, self.batch_size)]
        mine = torch.zeros(n, dtype=torch.bool)
        counts = np.zeros(self.ranks.world, dtype=int)
        start = 0
        for length in lengths:
            parts = [rows_of(length, rank, self.ranks.world) for rank in range(self.ranks.world)]
            counts += [len(part) for part in parts]
            own = parts[self.ranks.rank]
            mine[start + own.start : start + own.stop] = True
            start += length
        first, count = int(counts[: self.ranks.rank].sum()), int(counts[self.ranks.rank])
        generator = torch.Generator().manual_seed(seed)
        indices = torch.zeros(n, dtype=torch.long)
        indices[mine] = torch.randperm(count, generator=generator)
        # A process without a row of its own takes another's, to keep step.
        return range(first, first + count) if count else range(1), indices

    @cached_property
    def _edges(self) -> np.ndarray:
        return source_of(self.data).edges

    def _rows_at(self, runs: np.ndarray, ends: np.ndarray, start: int, stop: int) -> _Runs:
        """Return which rows of the source are at some places of the shuffled runs."""
        rows: _Runs = []
        at = int(np.searchsorted(ends, start, side="right"))
        while start < stop:
            first, last = self._edges[runs[at]], self._edges[runs[at] + 1]
            skipped = start - (int(ends[at]) - (last - first))
            taken = min(stop, int(ends[at])) - start
            rows.append((int(first + skipped), int(first + skipped + taken)))
            start, at = start + taken, at + 1
        return rows

    def _read(self, rows: _Runs) -> Batch:
        source = source_of(self.data)
        x = np.empty((sum(b - a for a, b in rows), *source.shape[1:]), source.dtype)
        done = 0
        for start, stop in rows:
            x[done : done + stop - start] = source.read(start, stop)
            done += stop - start
        index = torch.cat([torch.arange(*pair) for pair in rows])
        conditions = tuple(c[index] for c in self.data.conditions)
        labels = None if self.data.labels is None else self.data.labels[index]
        return Batch(torch.from_numpy(x), conditions, labels=labels)
