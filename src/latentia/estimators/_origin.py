"""What a fit started from, so that only the same one goes on from its checkpoints."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from torch import Tensor

from latentia.data import Part, Stream
from latentia.models import Batch
from latentia.training import Checkpoints

#: Rows that are compared one by one; of all others there is a sum.
_ROWS = 1024
#: Where a fit runs and what it says, which change nothing that it learns.
_FREE = frozenset({"checkpoints", "device", "verbose"})


def as_checkpoints(given: Any) -> Checkpoints | None:
    """Return checkpoints in a folder, or those that are given."""
    return given if given is None or isinstance(given, Checkpoints) else Checkpoints(Path(given))


def options_of(estimator: Any) -> dict[str, str]:
    """Return all parameters that decide what is learned, as text that no process changes."""
    parameters = estimator.get_params(deep=True)
    return {
        name: _text(value)
        for name, value in parameters.items()
        if name.rpartition("__")[2] not in _FREE
    }


def data_of(training: Batch, held_out: Batch | None) -> dict[str, str]:
    """Return what tells these examples from others: shapes, types, and sums of their bytes."""
    sums: dict[str, str] = {}
    for use, batch in {"training": training, "held-out": held_out}.items():
        if batch is None:
            continue
        conditions = {f"condition {i + 1}": c for i, c in enumerate(batch.conditions)}
        parts = {"X": batch.x, **conditions, "labels": batch.labels}
        sums |= {f"{use} {name}": _sum(t) for name, t in parts.items() if t is not None}
    return sums


def check_unchanged(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Refuse to go on with other data or options.

    Raises
    ------
    ValueError
        It says what was what.
    """
    faults = []
    for kind in ("options", "data"):
        old, new = before.get(kind, {}), now[kind]
        for name in dict.fromkeys([*old, *new]):
            was, is_now = old.get(name, "nothing"), new.get(name, "nothing")
            if was != is_now:
                faults.append(f"{name} was {was} and is now {is_now}")
    if faults:
        raise ValueError(
            f"checkpoints: {folder} holds those of another fit: {'; '.join(faults)}. Give the same "
            "to go on with it, or another folder (or none at that place) to start anew."
        )


def _sum(tensor: Tensor) -> str:
    array = tensor.cpu().numpy() if isinstance(tensor, Tensor) else tensor.numpy()
    if isinstance(array, Stream):
        return _sum_of_stream(array)
    array = np.ascontiguousarray(array)
    rows = np.linspace(0, len(array) - 1, min(len(array), _ROWS)).round().astype(int)
    digest = hashlib.sha256(array[rows].tobytes()).hexdigest()[:16]
    shape = " x ".join(map(str, array.shape))
    return f"{shape} of {array.dtype}, {digest}-{zlib.crc32(array.view(np.uint8).data):08x}"


def _sum_of_stream(rows: Stream) -> str:
    """Tell streams apart by some rows, and by the moments of all, which fit has found already."""
    moments = (rows.whole if isinstance(rows, Part) else rows).moments
    some = np.linspace(0, len(rows) - 1, min(len(rows), _ROWS)).round().astype(int)
    digest = hashlib.sha256(rows[some].tobytes())
    digest.update(moments.mean.tobytes() + moments.variance.tobytes())
    return f"{' x '.join(map(str, rows.shape))} of {rows.dtype}, {digest.hexdigest()[:16]}"


def _text(value: Any) -> str:
    if isinstance(value, BaseEstimator):
        return type(value).__name__  # its own parameters stand beside it
    if isinstance(value, partial):
        keywords = ", ".join(f"{key}={_text(item)}" for key, item in value.keywords.items())
        return f"{_text(value.func)}({keywords})"
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, type | Callable) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    # The address of an object is of this process only.
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
