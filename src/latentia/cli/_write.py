"""Write a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the file first, so that an interrupted write leaves what was there.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be written ({error.strerror}); choose an existing folder that you may "
            "write to."
        ) from error
    finally:
        if path.parent.is_dir():
            partial.unlink(missing_ok=True)
