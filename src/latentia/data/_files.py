"""Read a dataset from a path: the suffix says how, a folder is of images or of tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from latentia.data._arrays import read_npy, read_npz
from latentia.data._dataset import Dataset
from latentia.data._images import image_rows, read_images
from latentia.data._stream import RESIDENT_BYTES, Stream, resident
from latentia.data._streams import kinds_in, stream
from latentia.data._tables import parquet_bytes, read_csv, read_parquet

_Parts = tuple[np.ndarray | Stream, np.ndarray | None, tuple[str, ...] | None]


def read_path(path: Path, x: str | None, y: str | None, n: int | None) -> Dataset:
    """Read the file or folder at `path`, which exists.

    Parameters
    ----------
    path : Path
        A file with one of the known suffixes, or a folder of such files or of images.
    x, y : str, optional
        Names of the features and the labels inside the file.
    n : int, optional
        Keep only the first n examples.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If the path cannot be read, or its contents are no dataset.
    """
    reader = _folder if path.is_dir() else readers.get(path.suffix.lower())
    if reader is None:
        raise ValueError(
            f"{path}: the suffix {path.suffix!r} is unknown; "
            f"use a folder or one of {', '.join(readers)}."
        )
    try:
        X, labels, names = reader(path, x, y, n)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error}).") from error
    return Dataset.of(X, labels, names=names, name=str(path), n=n)


def _npy(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "a .npy file holds one array", x=x, y=y)
    array = read_npy(path)
    return array if array.nbytes <= RESIDENT_BYTES else stream(path), None, None


def _npz(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    return *read_npz(path, x, y), None


def _csv(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "every column but the label is a feature", x=x)
    return read_csv(path, y)


def _parquet(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "every column but the label is a feature", x=x)
    return read_parquet(path, y) if parquet_bytes(path) <= RESIDENT_BYTES else _table(path, y)


def _arrow(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "every column but the label is a feature", x=x)
    return _table(path, y)


def _table(path: Path, y: str | None) -> _Parts:
    rows = stream(path, y=y)
    return resident(rows), rows.labels, rows.names


def _folder(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    if kinds_in(path):
        _refuse(path, "every column but the label is a feature", x=x)
        return _table(path, y)
    _refuse(path, "the subfolders of an image folder are its labels", x=x, y=y)
    images = image_rows(path)
    if min(n or len(images), len(images)) * images.row_bytes > RESIDENT_BYTES:
        return images, images.labels, None
    return *read_images(path, n), None


def _refuse(path: Path, reason: str, **arguments: str | None) -> None:
    for argument, name in arguments.items():
        if name is not None:
            raise ValueError(f"{path}: {argument}={name!r} cannot be chosen, {reason}; drop it.")


_Reader = Callable[[Path, str | None, str | None, int | None], _Parts]

readers: dict[str, _Reader] = {
    ".arrow": _arrow,
    ".csv": _csv,
    ".feather": _arrow,
    ".npy": _npy,
    ".npz": _npz,
    ".parquet": _parquet,
}
