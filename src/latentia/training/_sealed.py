"""A folder of tensors and JSON with their checksums: there whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from latentia.training._packing import pack, unpack

_TENSORS, _STATE, _SUMS = "tensors.safetensors", "state.json", "SHA256SUMS"
_FORMAT = 1
_PARTIAL = ".partial-"


def write_sealed(place: Path, state: Mapping[str, Any], notes: Mapping[str, Any]) -> None:
    """Write a folder that is not there yet; any failure leaves none.

    Parameters
    ----------
    place : Path
        In a folder that exists.
    state, notes : mapping
        Plain values; the state may hold tensors.

    Raises
    ------
    OSError
        If it cannot be written.
    TypeError
        For a value that is neither plain nor a tensor.
    """
    tensors: dict[str, Tensor] = {}
    record = {"format": _FORMAT, "notes": pack(notes, {}), "state": pack(state, tensors)}
    files = {_TENSORS: tensors_to_bytes(tensors), _STATE: json.dumps(record).encode()}
    # As sha256sum has it, which can check it too.
    sums = "".join(f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in files.items())
    beside = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=place.parent))
    try:
        for name, content in {**files, _SUMS: sums.encode()}.items():
            _write(beside / name, content)
        beside.chmod(0o755)
        _sync(beside)
        beside.rename(place)
        _sync(place.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def read_sealed(place: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return state and notes.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or is not what was written.
    """
    lines = (line.partition("  ") for line in (place / _SUMS).read_text().splitlines())
    sums = {name: digest for digest, _, name in lines}
    files = {name: (place / name).read_bytes() for name in (_TENSORS, _STATE)}
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != sums.get(name):
            raise ValueError(f"the checksum of {name} differs")
    try:
        record = json.loads(files[_STATE])
        if record["format"] > _FORMAT:
            raise ValueError("it was written by a newer latentia")
        tensors = tensors_from_bytes(files[_TENSORS])
        return unpack(record["state"], tensors), unpack(record["notes"], {})
    except (KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"{_STATE} is not that of a checkpoint") from error


def remove_whole(place: Path) -> None:
    """Remove a folder such that none is ever seen half empty."""
    away = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=place.parent))
    place.rename(away / place.name)
    shutil.rmtree(away, ignore_errors=True)


def remove_partial(folder: Path) -> None:
    """Remove what interrupted writes have left in a folder."""
    for rest in folder.glob(f"{_PARTIAL}*"):
        shutil.rmtree(rest, ignore_errors=True)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    # A rename is on disk when its folder is; where folders cannot be opened, it is so at once.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
