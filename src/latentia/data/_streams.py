"""One way to examples that are too many for memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from latentia._arrays import as_array
from latentia.data._array_stream import ArrayStream
from latentia.data._arrays import read_npy
from latentia.data._grouped import arrow_rows, parquet_rows
from latentia.data._images import image_rows
from latentia.data._joined import Joined, in_order
from latentia.data._objects import Batches, indexed
from latentia.data._stream import RESIDENT_BYTES, Stream


def stream(spec: Any, *, y: str | None = None) -> Stream:
    """Return examples that are read when they are asked for, not before.

    Estimators learn from them in blocks, and encode, score and reconstruct them in pieces. An epoch
    takes runs of neighbouring rows in random order, and shuffles the rows of a block.

    Parameters
    ----------
    spec : path, array, object or iterable
        A ``.npy`` file; a ``.parquet``, ``.arrow`` or ``.feather`` table; a folder of files of one
        of these kinds, in the order of their names, or of images; a memory-mapped or other array;
        an object with ``__len__`` and ``__getitem__``, such as a torch Dataset; or an iterable of
        batches that starts anew each time it is iterated, such as a DataLoader. Batches keep their
        order, and only the rows of a block are shuffled.
    y : str, optional
        The column of a table that holds the labels, which are kept in memory as ``labels``.

    Returns
    -------
    Stream

    Raises
    ------
    ValueError
        If there is nothing to read, a file is missing from a numbered folder, or files differ in
        the shape of their examples.
    TypeError
        If it is none of these, or can be iterated only once.

    Examples
    --------
    >>> rows = stream(np.arange(8.0).reshape(4, 2))
    >>> rows.shape, rows[[3, 0]]
    ((4, 2), array([[6., 7.],
           [0., 1.]]))
    """
    if isinstance(spec, Stream):
        return spec
    if isinstance(spec, (str, os.PathLike)):
        return _from_path(Path(spec), y)
    if y is not None:
        raise ValueError(f"y={y!r} names a column, but only tables have columns; drop it.")
    if isinstance(spec, np.ndarray | Tensor):
        return ArrayStream(spec if isinstance(spec, np.ndarray) else as_array(spec))
    name = type(spec).__name__
    if hasattr(spec, "__len__") and hasattr(spec, "__getitem__") and not _holds_batches(spec):
        return indexed(spec, name)
    if isinstance(spec, Iterable):
        return Batches(spec, name)
    raise TypeError(
        f"{name} is no stream of examples; give a path, an array, an object with __len__ and "
        "__getitem__, or an iterable of batches."
    )


def as_stream(X: Any) -> Any:
    """Return a path or a large memory-mapped array as a stream, and all else as it is.

    Parameters
    ----------
    X : object
        Up to 512 MiB, memory-mapped arrays are left for the system to keep in memory.

    Examples
    --------
    >>> as_stream([[1.0, 2.0]])
    [[1.0, 2.0]]
    """
    mapped = isinstance(X, np.memmap) and X.nbytes > RESIDENT_BYTES
    return stream(X) if mapped or isinstance(X, (str, os.PathLike)) else X


def _holds_batches(spec: Any) -> bool:
    # A list or tuple of tables is one of batches; one of rows would be an array.
    return isinstance(spec, list | tuple) and bool(spec) and np.ndim(spec[0]) > 1


def _from_path(path: Path, y: str | None) -> Stream:
    if not path.exists():
        raise ValueError(f"{path}: there is no such file or folder; give one that exists.")
    if path.is_dir():
        return _folder(path, y)
    return _opened(path, y)


def _folder(path: Path, y: str | None) -> Stream:
    kinds = kinds_in(path)
    if len(kinds) > 1:
        raise ValueError(
            f"{path}: the folder holds files of several kinds ({', '.join(sorted(kinds))}); keep "
            "each kind in a folder of its own."
        )
    if not kinds:
        if y is not None:
            raise ValueError(
                f"{path}: y={y!r} cannot be chosen, subfolders are the labels of images; drop it."
            )
        return image_rows(path)
    (files,) = kinds.values()
    return Joined(str(path), [_opened(file, y) for file in in_order(files)])


def kinds_in(folder: Path) -> dict[str, list[Path]]:
    """Return the files of a folder that hold many examples each, by their suffix."""
    kinds: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        suffix = path.suffix.lower()
        if suffix in openers and path.is_file() and not path.name.startswith("."):
            kinds.setdefault(suffix, []).append(path)
    return kinds


def _opened(path: Path, y: str | None) -> Stream:
    opener = openers.get(path.suffix.lower())
    if opener is None:
        raise ValueError(
            f"{path}: the suffix {path.suffix!r} cannot be streamed; use one of "
            f"{', '.join(openers)}, or make a .npy file of it by data.write_npy."
        )
    try:
        return opener(path, y)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _npy_rows(path: Path, y: str | None) -> Stream:
    if y is not None:
        raise ValueError(f"{path}: y={y!r} cannot be chosen, a .npy file holds one array; drop it.")
    return ArrayStream(read_npy(path), str(path))


openers: dict[str, Callable[[Path, str | None], Stream]] = {
    ".arrow": arrow_rows,
    ".feather": arrow_rows,
    ".npy": _npy_rows,
    ".parquet": parquet_rows,
}
