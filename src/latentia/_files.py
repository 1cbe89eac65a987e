"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write beside the file first, so that an interrupted write leaves what was there.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.
    write : callable
        Writes the content to a binary stream.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb") as stream:
            write(stream)
        partial.replace(path)
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be written ({error.strerror or error}); choose an existing folder "
            "that you may write to."
        ) from error
    finally:
        if path.parent.is_dir():
            partial.unlink(missing_ok=True)
