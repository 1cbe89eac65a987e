"""Tensors in files of safetensors that several processes write, and any number reads."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

# torch imports what is needed here slowly, and a process that is alone has no use for it.


def write_shard(tensors: dict[str, Tensor], folder: Path) -> list[Path]:
    """Write this process's part of tensors that all have, and return its files.

    All processes call it at once. A tensor that all have whole is written by one of them, and each
    writes its own piece of one that is divided.

    Raises
    ------
    OSError
        If a process could not write.
    """
    from torch.distributed.checkpoint.api import CheckpointException
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter
    from torch.distributed.checkpoint.state_dict_saver import save

    logging.getLogger("torch.distributed.checkpoint").setLevel(logging.ERROR)
    writer = HuggingFaceStorageWriter(str(folder), save_distributed=True)
    try:
        save(tensors, storage_writer=writer)
    except CheckpointException as error:
        raise OSError(str(next(iter(error.failures.values()))[0])) from error
    return sorted(folder.glob(f"shard-{dist.get_rank() + 1:05d}-*"))


def read_shards(folder: Path) -> dict[str, Tensor]:
    """Return all tensors whole, whoever wrote them."""
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader
    from torch.distributed.checkpoint.metadata import TensorStorageMetadata
    from torch.distributed.checkpoint.state_dict_loader import load

    known = HuggingFaceStorageReader(str(folder)).read_metadata().state_dict_metadata
    tensors = {
        name: torch.empty(of.size, dtype=of.properties.dtype)
        for name, of in known.items()
        if isinstance(of, TensorStorageMetadata)
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        load(tensors, storage_reader=HuggingFaceStorageReader(str(folder)), no_dist=True)
    return tensors
