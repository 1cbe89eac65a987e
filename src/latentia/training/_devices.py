"""Where training runs."""

from __future__ import annotations

import torch

_TYPES = ("cpu", "cuda", "mps", "xpu")


def resolve_device(device: str | torch.device) -> torch.device:
    """Return the device of that name; "auto" is CUDA where there is one, else the CPU.

    Raises
    ------
    ValueError
        If the name is unknown, or the device does not compute or is not on this machine.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
        torch.empty(0, device=resolved)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"device={device!r} cannot be used on this machine; try 'auto' or 'cpu'."
        ) from error
    if resolved.type not in _TYPES:
        raise ValueError(
            f"device={device!r} is not one to compute on; use 'auto' or one of "
            f"{', '.join(map(repr, _TYPES))}."
        )
    return resolved
