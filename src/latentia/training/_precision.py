"""In which numbers a step is computed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """The type of the weights, and the type of the products where it differs."""

    weights: torch.dtype
    products: torch.dtype | None = None

    def autocast(self, device: torch.device) -> AbstractContextManager:
        """Return the context in which a forward pass runs."""
        if self.products is None:
            return nullcontext()
        return torch.autocast(device.type, dtype=self.products)


precisions: dict[str, Precision] = {
    "bfloat16": Precision(torch.float32, torch.bfloat16),
    "float32": Precision(torch.float32),
    "float64": Precision(torch.float64),
}
