"""Nested values as JSON beside named tensors, and back; nothing of it is executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor


def pack(value: Any, tensors: dict[str, Tensor], name: str = "state") -> Any:
    """Return ``value`` as something JSON can hold, and put its tensors into ``tensors``.

    Raises
    ------
    TypeError
        For an object that is neither plain nor a tensor.

    Examples
    --------
    >>> import torch
    >>> tensors = {}
    >>> plain = pack({"step": 3, "weights": (torch.ones(2), None)}, tensors)
    >>> list(tensors)
    ['state.weights.0']
    >>> unpack(plain, tensors)
    {'step': 3, 'weights': (tensor([1., 1.]), None)}
    """
    if isinstance(value, Tensor):
        # Copies, since weights that are tied share their memory.
        tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"$": "tensor", "name": name}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        items = [[key, pack(item, tensors, f"{name}.{key}")] for key, item in value.items()]
        return {"$": "dict", "items": items}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        items = [pack(item, tensors, f"{name}.{i}") for i, item in enumerate(value)]
        return {"$": kind, "items": items}
    raise TypeError(
        f"{name} is {value!r:.80}, which a checkpoint cannot hold; an optimiser or an objective "
        "should keep numbers, text and tensors in its state."
    )


def unpack(plain: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Return what :func:`pack` was given."""
    if not isinstance(plain, dict):
        return plain
    kind = plain["$"]
    if kind == "tensor":
        return tensors[plain["name"]]
    if kind == "dict":
        return {key: unpack(item, tensors) for key, item in plain["items"]}
    items = [unpack(item, tensors) for item in plain["items"]]
    return tuple(items) if kind == "tuple" else items
