"""What is done where memory is short."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch

from latentia.errors import MicroBatchWarning, OutOfMemoryError

#: What torch says where an allocator has no type of error of its own.
_SIGNS = ("DefaultCPUAllocator", "out of memory", "STATUS_ALLOC_FAILED")


def is_short_of_memory(error: RuntimeError) -> bool:
    """Whether torch says by an error that memory is short.

    Examples
    --------
    >>> is_short_of_memory(torch.OutOfMemoryError()), is_short_of_memory(RuntimeError())
    (True, False)
    """
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or any(sign in said for sign in _SIGNS)


def in_blocks(
    function: Callable[[slice], object], n: int, size: int, device: torch.device | str
) -> None:
    """Call a function with rows, block by block, with smaller blocks if need be.

    Parameters
    ----------
    function : callable
        Of the rows of a block.
    n : int
        Rows of all blocks together.
    size : int
        Rows of a block, where there is memory for them.
    device : device
        Whose memory it is, for the message.

    Raises
    ------
    OutOfMemoryError
        If not even one row fits.

    Examples
    --------
    >>> in_blocks(lambda rows: print(list(range(5))[rows]), 5, 2, "cpu")
    [0, 1]
    [2, 3]
    [4]
    """
    start, asked = 0, min(n, size)
    size = asked
    while start < n:
        try:
            function(slice(start, start + size))
            start += size
        except RuntimeError as error:
            if not is_short_of_memory(error):
                raise
            size //= 2
        if size == 0:
            raise OutOfMemoryError(
                f"Not even one example fits in the memory of {device}; use a smaller network."
            )
    if size < asked:
        warnings.warn(
            f"{asked:,} examples at once do not fit in the memory of {device}; they are taken "
            f"{size:,} at a time.",
            MicroBatchWarning,
            stacklevel=2,
        )
