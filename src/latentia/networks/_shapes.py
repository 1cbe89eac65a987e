"""Leading dimensions (samples, batch) in, the same leading dimensions out."""

from __future__ import annotations

import torch
from torch import Tensor


def split_leading(x: Tensor, event_shape: tuple[int, ...], network: str) -> torch.Size:
    """Return the leading dimensions of ``x`` before ``event_shape``.

    Raises
    ------
    ValueError
        If the trailing dimensions are not ``event_shape``.
    """
    split = x.dim() - len(event_shape)
    if split < 0 or tuple(x.shape[split:]) != event_shape:
        raise ValueError(
            f"{network} was built for inputs of shape (..., {', '.join(map(str, event_shape))}), "
            f"but got {tuple(x.shape)}."
        )
    return x.shape[:split]


def join_context(h: Tensor, context: tuple[Tensor, ...], n_context: int, network: str) -> Tensor:
    """Append the context to the features ``h`` of shape (*leading, k).

    Raises
    ------
    ValueError
        If a context is missing, not wanted, or of another width.
    """
    given = sum(c.shape[-1] for c in context)
    if given != n_context:
        raise ValueError(
            f"{network} was built with context={n_context}, but got {given} context features; "
            f"build it with context={given}."
        )
    if not context:
        return h
    return torch.cat([h, *(c.expand(*h.shape[:-1], c.shape[-1]) for c in context)], dim=-1)
