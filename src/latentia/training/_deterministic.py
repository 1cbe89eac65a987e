"""Algorithms that give the same bits every time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn

from latentia.errors import IncompatiblePartsError

_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
_NONE = " does not have a deterministic implementation"


@contextmanager
def deterministic(wanted: bool = True) -> Iterator[None]:
    """Let torch take only algorithms that give the same bits every time, inside the block.

    On a CPU all are so already. On CUDA some add up in whatever order threads end: these are
    replaced by slower ones, cuDNN chooses by rule and not by a race, and cuBLAS keeps one
    workspace. All switches are given back as they were. The number of threads, the device and the
    version of torch still change rounding.

    Parameters
    ----------
    wanted : bool, default=True
        False changes nothing.

    Raises
    ------
    IncompatiblePartsError
        If an operation has no such algorithm on the device.

    Examples
    --------
    >>> with deterministic():
    ...     torch.are_deterministic_algorithms_enabled()
    True
    >>> torch.are_deterministic_algorithms_enabled()
    False
    """
    if not wanted:
        yield
        return
    was_on = torch.are_deterministic_algorithms_enabled()
    warned_only = torch.is_deterministic_algorithms_warn_only_enabled()
    raced, workspace = cudnn.benchmark, os.environ.get(_WORKSPACE)
    torch.use_deterministic_algorithms(True)
    cudnn.benchmark = False
    os.environ.setdefault(_WORKSPACE, ":4096:8")
    try:
        yield
    except RuntimeError as error:
        operation, sign, _ = str(error).partition(_NONE)
        if not sign:
            raise
        raise IncompatiblePartsError(
            f"deterministic=True, but {operation} has no algorithm here that gives the same bits "
            "every time; use device='cpu', or deterministic=False."
        ) from error
    finally:
        torch.use_deterministic_algorithms(was_on, warn_only=warned_only)
        cudnn.benchmark = raced
        if workspace is None:
            os.environ.pop(_WORKSPACE, None)
