"""A model run over all examples, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

T = TypeVar("T")


@torch.no_grad()
def over_batches(
    measure: Callable[..., T],
    model: nn.Module,
    x: Tensor,
    conditions: Sequence[Tensor],
    batch_size: int,
) -> list[T]:
    """Return what ``measure(x, *conditions)`` says of each batch.

    The model is run in evaluation mode, where it is, and left as it was.
    """
    lengths = [len(x), *(len(c) for c in conditions)]
    if len(x) == 0 or len(set(lengths)) > 1:
        raise ValueError(
            "x and conditions must hold the same number of examples, at least one, but hold "
            f"{', '.join(str(n) for n in lengths)}."
        )
    device = next(model.parameters(), x).device
    with evaluating(model):
        return [
            measure(*(t[start : start + batch_size].to(device) for t in (x, *conditions)))
            for start in range(0, len(x), batch_size)
        ]


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model in evaluation mode, and every part of it back in the mode it was in."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
