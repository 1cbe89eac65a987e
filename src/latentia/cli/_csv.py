"""Columns of any kind as a .csv file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from latentia._files import write_whole


def write_columns(path: Path, columns: Mapping[str, Iterable[Any]]) -> None:
    """Write columns of the same length, numbers or text, under their names.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    content = csv_text(columns).encode()
    write_whole(path, lambda stream: stream.write(content))


def csv_text(columns: Mapping[str, Iterable[Any]]) -> str:
    """Return columns of the same length as such a file has them.

    Examples
    --------
    >>> csv_text({"trial": [0, 1], "value": [0.5, None]}).splitlines()
    ['trial,value', '0,0.5', '1,']
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
