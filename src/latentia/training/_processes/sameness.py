"""Whether the processes of a run have been given the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from latentia.models import Batch
from latentia.training._data.examples import Examples, Resident
from latentia.training._learners import Learners
from latentia.training._processes.ranks import Ranks

#: Rows at once, so that no second copy of all data is made.
_ROWS = 65536


def meet(ranks: Ranks, what: Mapping[str, Any], learners: Learners) -> None:
    """Start a run of several processes with the weights of the first, if all were given the same.

    Parameters
    ----------
    ranks : Ranks
        That are to train together.
    what : mapping of str to object
        What must be the same, as examples or plain values.
    learners : Learners
        What is made the same.

    Raises
    ------
    ValueError
        It names the first that differs.
    """
    if ranks.world == 1:
        return
    own = {name: _told(value) for name, value in what.items()}
    everywhere = ranks.all(own)
    for name, first in everywhere[0].items():
        for rank, told in enumerate(everywhere):
            if told[name] != first:
                raise ValueError(
                    f"{name} differs between processes: {first} in process 0 and {told[name]} in "
                    f"process {rank}; give all the same, as each takes its own part of it."
                )
    ranks.start_alike((learners.model, learners.objective))


def _told(value: Any) -> str:
    if value is None or isinstance(value, int | float):
        return str(value)
    return _of_examples(value)


def _of_examples(data: Examples) -> str:
    # Examples that are larger than memory are not read through for this.
    batch = data.batch if isinstance(data, Resident) else data.head(_ROWS)
    digest = hashlib.sha256()
    for tensor in _tensors(batch):
        digest.update(f"{tensor.shape} {tensor.dtype}".encode())
        for rows in tensor.split(_ROWS):
            digest.update(rows.cpu().contiguous().numpy().tobytes())
    shape = " x ".join(map(str, (len(data), *batch.x.shape[1:])))
    return f"{shape} numbers with checksum {digest.hexdigest()[:8]}"


def _tensors(batch: Batch) -> list[Tensor]:
    labels = [] if batch.labels is None else [batch.labels]
    return [batch.x, *batch.conditions, *labels]
