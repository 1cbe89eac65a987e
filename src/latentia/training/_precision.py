"""In which numbers a step is computed."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch

from latentia._names import lookup


@dataclass(frozen=True)
class Precision:
    """The type of the weights, and that of the products where it differs.

    Parameters
    ----------
    weights : dtype
        Also of the data.
    products : dtype or None, default=None
        To which the factors of products are rounded; None leaves them as they are.
    tensor_cores : bool, default=False
        Let CUDA round the factors of products to the ten binary places of TensorFloat-32.
    """

    weights: torch.dtype
    products: torch.dtype | None = None
    tensor_cores: bool = False

    def autocast(self, device: torch.device) -> AbstractContextManager:
        """Return the context in which a forward pass runs."""
        if self.products is None:
            return nullcontext()
        return torch.autocast(device.type, dtype=self.products)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Set what holds for all steps of a run, and give it back as it was."""
        if not self.tensor_cores:
            yield
            return
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)

    def is_of(self, device: torch.device) -> bool:
        """Whether the device computes in these numbers itself, and so gains by them."""
        if self.tensor_cores:
            return device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)
        return self.products is None or _has_bfloat16(device)


precisions: dict[str, Precision] = {
    "bfloat16": Precision(torch.float32, torch.bfloat16),
    "float32": Precision(torch.float32),
    "float64": Precision(torch.float64),
    "tensorfloat32": Precision(torch.float32, tensor_cores=True),
}


def precision_of(name: str, device: torch.device) -> Precision:
    """Return the precision of that name.

    Raises
    ------
    ValueError
        If the name is unknown, or the device would be slower in it than in float32.
    """
    precision = lookup(precisions, name, "precision")
    if not precision.is_of(device):
        raise ValueError(
            f"precision={name!r} is nothing that {device} computes in here, so that it would only "
            "lose digits; use precision='float32'."
        )
    return precision


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        with torch.cuda.device(device):
            return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu" or platform.machine().lower() not in ("x86_64", "amd64"):
        return True  # torch does not say which of them have it
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
