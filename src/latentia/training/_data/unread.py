"""Examples that stand in the place of a tensor, and are read when they are asked for."""

from __future__ import annotations

from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from latentia.models import Batch


@runtime_checkable
class Source(Protocol):
    """Rows of numbers that are larger than memory, as ``data.stream`` returns them."""

    shape: tuple[int, ...]
    dtype: np.dtype
    sequential: bool

    @property
    def edges(self) -> np.ndarray:
        """Where runs of rows begin and end that are best read at once, from 0 to n."""

    @property
    def row_bytes(self) -> int:
        """How much memory one row takes."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any) -> np.ndarray: ...

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return the rows from ``start`` up to ``stop``, in memory of their own."""


class Unread:
    """Rows of a source as tensors: ``unread[index]`` reads them, ``numpy()`` is the source.

    Parameters
    ----------
    source : Source
        Where they are.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    @property
    def shape(self) -> torch.Size:
        """Number of examples, and the shape of one."""
        return torch.Size(self.source.shape)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: slice | Tensor) -> Tensor:
        rows = index if isinstance(index, slice) else index.cpu().numpy()
        return torch.from_numpy(self.source[rows])

    def numpy(self) -> Source:
        """Return the source, which looks like an array."""
        return self.source


def unread(source: Source) -> Tensor:
    """Return a source in the place of a tensor, as the x of a :class:`Batch`.

    Examples
    --------
    >>> import numpy as np
    >>> from latentia.data import stream
    >>> batch = Batch(unread(stream(np.eye(3))))
    >>> is_unread(batch), len(batch), batch.take(slice(1)).x
    (True, 3, tensor([[1., 0., 0.]], dtype=torch.float64))
    """
    return cast(Tensor, Unread(source))


def is_unread(batch: Batch) -> bool:
    """Whether the x of a batch is yet to be read."""
    return isinstance(cast(Any, batch.x), Unread)


def source_of(batch: Batch) -> Source:
    """Return where the x of a batch is read from."""
    return cast(Unread, batch.x).source
