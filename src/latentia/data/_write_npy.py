"""Make a ``.npy`` file, which is read fastest, of a table or folder that is larger than memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from latentia._blocks import blocks
from latentia._files import write_whole
from latentia.data._extras import require
from latentia.data._names import missing_column
from latentia.data._streams import stream
from latentia.data._tables import layout_of
from latentia.data._write import write_header

# Of text at once: of larger blocks, Arrow's allocator keeps more and more. A line fits into one.
_CSV_BYTES, _CELL_BYTES = 2**20, 64

# A block of rows, and the share of the work that is done with it.
_Blocks = Iterator[tuple[np.ndarray, float]]


def write_npy(
    source: Any,
    path: str | os.PathLike[str],
    *,
    y: str | None = None,
    dtype: Any = None,
    told: Callable[[float], object] = lambda share: None,
) -> tuple[int, ...]:
    """Write examples as a ``.npy`` file, block by block, in their order.

    The file is there whole or not at all.

    Parameters
    ----------
    source : path, or what `stream` takes
        A ``.csv`` table, or examples that can be streamed.
    path : str or path
        The file, which must end in ``.npy``.
    y : str, optional
        A column that is left out, because it holds labels.
    dtype : dtype, optional
        Of the numbers; by default their own, and float64 for text. "float32" takes half the place
        of that, and keeps seven digits.
    told : callable, optional
        Called with the share that is done, from 0 to 1, after each block.

    Returns
    -------
    tuple of int
        The shape of what was written.

    Raises
    ------
    ValueError
        If the source cannot be read, a cell is missing or no number, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(f"{folder}/a.csv").write_text("u,v\\n1,2.5\\n3,4\\n")
    ...     shape = write_npy(f"{folder}/a.csv", f"{folder}/a.npy")
    ...     print(shape, np.load(f"{folder}/a.npy").tolist())
    (2, 2) [[1.0, 2.5], [3.0, 4.0]]
    """
    path = Path(path)
    if path.suffix.lower() != ".npy":
        raise ValueError(f"{path}: the suffix {path.suffix!r} is not that of the file; use .npy.")
    is_text = isinstance(source, (str, os.PathLike)) and Path(source).suffix.lower() == ".csv"
    if is_text and not Path(source).exists():
        raise ValueError(f"{source}: there is no such file; give one that exists.")
    parts = _csv_blocks(Path(source), y) if is_text else _blocks(source, y)
    shape: tuple[int, ...] = ()

    def write(file: BinaryIO) -> None:
        nonlocal shape
        for block, share in parts:
            block = np.ascontiguousarray(block if dtype is None else block.astype(dtype))
            if not shape:
                shape, kind = (0, *block.shape[1:]), block.dtype
                write_header(file, shape, kind)
            shape = (shape[0] + len(block), *shape[1:])
            file.write(block.data)
            told(share)
        file.seek(0)
        write_header(file, shape, kind)  # which is as long for any number of rows

    write_whole(path, write)
    return shape


def _blocks(source: Any, y: str | None) -> _Blocks:
    rows = stream(source, y=y)
    for start, block in blocks(rows):
        yield block, (start + len(block)) / len(rows)


def _csv_blocks(path: Path, y: str | None) -> _Blocks:
    pa = require("pyarrow", f"reading {path.name}")
    pa_csv = require("pyarrow.csv", f"reading {path.name}")
    separator, cells, header = layout_of(path)
    names = cells if header else [f"f{i}" for i in range(len(cells))]
    if y is not None and y not in names:
        raise missing_column(y, names, str(path))
    features = [name for name in names if name != y]
    size, done = max(1, path.stat().st_size), 0
    try:
        with open(path, "rb") as file:
            reader = pa_csv.open_csv(
                file,
                pa_csv.ReadOptions(
                    block_size=max(_CSV_BYTES, _CELL_BYTES * len(cells)),
                    autogenerate_column_names=not header,
                ),
                pa_csv.ParseOptions(delimiter=separator),
                pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(features, pa.float64()), include_columns=features
                ),
            )
            for batch in reader:
                _check_cells(path, batch, done)
                yield np.column_stack([c.to_numpy() for c in batch.columns]), file.tell() / size
                done += batch.num_rows
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(
            f"{path}: not a table of numbers ({reason}); drop the column by y=, or repair it."
        ) from error
    if not done:
        raise ValueError(f"{path}: the table has {len(names)} column(s) but no rows.")


def _check_cells(path: Path, batch: Any, done: int) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.null_count:
            row = done + column.is_null().to_pylist().index(True) + 1
            raise ValueError(
                f"{path}: column {name!r} has no value in row {row} (counting from 1); fill or "
                "drop it."
            )
