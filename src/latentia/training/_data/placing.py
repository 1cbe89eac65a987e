"""From what users give the trainer to what a pass takes its examples from."""

from __future__ import annotations

from torch import Tensor

from latentia.models import Batch
from latentia.training._data.batches import Batches
from latentia.training._data.examples import Examples, Resident
from latentia.training._data.streamed import Streamed
from latentia.training._data.unread import Source, is_unread, unread
from latentia.training._processes.ranks import Ranks


def examples_of(
    data: Tensor | Batch | Source | Examples, batches: Batches, batch_size: int, ranks: Ranks
) -> Examples:
    """Return what a pass takes its examples from; tensors are placed on the device."""
    if isinstance(data, Source):
        data = Batch(unread(data))
    if isinstance(data, Batch) and is_unread(data):
        return Streamed(data, batches, batch_size, ranks)
    return Resident(batches.place(data)) if isinstance(data, Tensor | Batch) else data


def all_of(data: Examples) -> Batch:
    """Return all examples on the device.

    Raises
    ------
    ValueError
        If they are streamed, and more than a block of them.
    """
    batch = data.head(len(data))
    if len(batch) < len(data):
        raise ValueError(
            f"{len(data):,} examples are needed at once, but these are streamed because they are "
            "too many for memory; use an optimizer that takes batches, such as 'adam', or load "
            "fewer examples into an array."
        )
    return batch
