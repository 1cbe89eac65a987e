"""A folder of tensors and JSON with their checksums: there whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from latentia.training._processes.ranks import Ranks
from latentia.training._states.packing import pack, unpack
from latentia.training._states.shards import read_shards, write_shard

_TENSORS, _STATE, _SUMS = "tensors.safetensors", "state.json", "SHA256SUMS"
_FORMAT = 1
_PARTIAL = ".partial-"

Made = TypeVar("Made")


def write_sealed(
    place: Path, state: Mapping[str, Any], notes: Mapping[str, Any], ranks: Ranks
) -> None:
    """Write a folder that is not there yet; any failure leaves none.

    Parameters
    ----------
    place : Path
        In a folder that exists.
    state, notes : mapping
        Plain values; the state may hold tensors.
    ranks : Ranks
        Who writes it. Of several processes each writes some of the tensors, and the first the rest.

    Raises
    ------
    OSError
        If it cannot be written; in all processes, whichever failed.
    TypeError
        For a value that is neither plain nor a tensor.
    """
    tensors: dict[str, Tensor] = {}
    record = {"format": _FORMAT, "notes": pack(notes, {}), "state": pack(state, tensors)}
    text = json.dumps(record).encode()
    beside = Path(first(ranks, lambda: tempfile.mkdtemp(prefix=_PARTIAL, dir=place.parent)))

    def write() -> dict[str, str]:
        if ranks.world > 1:
            return {file.name: _sum(file.read_bytes()) for file in write_shard(tensors, beside)}
        content = tensors_to_bytes(tensors)
        _write(beside / _TENSORS, content)
        return {_TENSORS: _sum(content)}

    def seal() -> None:
        _write(beside / _STATE, text)
        # As sha256sum has it, which can check it too.
        lines = (f"{digest}  {name}\n" for name, digest in {**sums, _STATE: _sum(text)}.items())
        _write(beside / _SUMS, "".join(lines).encode())
        beside.chmod(0o755)
        _sync(beside)
        beside.rename(place)
        _sync(place.parent)

    try:
        sums = {name: digest for own in everywhere(ranks, write) for name, digest in own.items()}
        first(ranks, seal)
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
    for name in {_STATE: "", **sums}:
        if _sum((place / name).read_bytes()) != sums.get(name):
            raise ValueError(f"the checksum of {name} differs")
    try:
        record = json.loads((place / _STATE).read_bytes())
        if record["format"] > _FORMAT:
            raise ValueError("it was written by a newer latentia")
        whole = _TENSORS in sums
        read = tensors_from_bytes((place / _TENSORS).read_bytes()) if whole else read_shards(place)
        return unpack(record["state"], read), unpack(record["notes"], {})
    except (KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"{_STATE} is not that of a checkpoint") from error


def everywhere(ranks: Ranks, call: Callable[[], Made]) -> list[Made]:
    """Call in all processes, and return what each returns.

    Raises
    ------
    OSError
        In all processes, if it was raised in one.
    """
    made, fault = None, None
    try:
        made = call()
    except OSError as error:
        fault = error.strerror or str(error)
    answers = ranks.all((made, fault))
    for _, fault in answers:
        if fault is not None:
            raise OSError(fault)
    return [made for made, _ in answers]


def first(ranks: Ranks, call: Callable[[], Made]) -> Made:
    """Call in the first process, and return in all what it returns or raises."""
    return everywhere(ranks, call if ranks.rank == 0 else lambda: None)[0]  # type: ignore[return-value]


def remove_whole(place: Path) -> None:
    """Remove a folder such that none is ever seen half empty."""
    away = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=place.parent))
    place.rename(away / place.name)
    shutil.rmtree(away, ignore_errors=True)


def remove_partial(folder: Path) -> None:
    """Remove what interrupted writes have left in a folder."""
    for rest in folder.glob(f"{_PARTIAL}*"):
        shutil.rmtree(rest, ignore_errors=True)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
