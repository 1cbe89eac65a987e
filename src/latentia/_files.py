"""Files that are there whole or not at all."""

from __future__ import annotations

import ctypes
import os
import sys
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


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once.

    Returns
    -------
    bool
        False, and nothing has changed, where the system or its disk cannot do that.
    """
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    paths = (_HERE, os.fsencode(one), _HERE, os.fsencode(other))
    return rename(*paths, _EXCHANGE) == 0


# As Linux has them: paths are seen from the current folder, and both stay.
_HERE, _EXCHANGE = -100, 2
