"""Examples that are larger than memory, as estimators take them."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch

from latentia.data import Part, Stream
from latentia.models import Batch
from latentia.training import source_of, unread

# Held out of a stream are some of so many runs of rows.
_RUNS = 1000


def split_stream(data: Batch, fraction: float, seed: int) -> tuple[Batch, Batch]:
    """Hold out runs of neighbouring rows, drawn from the seed, of a stream."""
    whole = cast(Stream, source_of(data))
    n = len(whole)
    edges = np.linspace(0, n, min(n, _RUNS) + 1).astype(int)
    runs = np.stack([edges[:-1], edges[1:]], axis=1)
    n_held_out = min(len(runs) - 1, max(1, round(fraction * len(runs))))
    order = np.random.default_rng(seed).permutation(len(runs))
    train, held_out = (
        _only(data, Part(whole, runs[np.sort(part)]))
        for part in (order[n_held_out:], order[:n_held_out])
    )
    return train, held_out


def _only(data: Batch, part: Part) -> Batch:
    if not data.conditions and data.labels is None:
        return Batch(unread(part))
    rows = torch.from_numpy(part.rows())
    labels = None if data.labels is None else data.labels[rows]
    return Batch(unread(part), tuple(c[rows] for c in data.conditions), labels=labels)
