"""Read a dataset from a path: the suffix says how, a folder is images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from latentia.data._arrays import read_npy, read_npz
from latentia.data._dataset import Dataset
from latentia.data._images import read_images
from latentia.data._tables import read_csv, read_parquet

_Parts = tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]


def read_path(path: Path, x: str | None, y: str | None, n: int | None) -> Dataset:
    """Read the file or folder at `path`, which exists.

    Parameters
    ----------
    path : Path
        A file with one of the known suffixes, or a folder of images.
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
            f"use a folder of images or one of {', '.join(readers)}."
        )
    try:
        X, labels, names = reader(path, x, y, n)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error}).") from error
    return Dataset.of(X, labels, names=names, name=str(path), n=n)


def _npy(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "a .npy file holds one array", x=x, y=y)
    return read_npy(path), None, None


def _npz(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    return *read_npz(path, x, y), None


def _csv(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "every column but the label is a feature", x=x)
    return read_csv(path, y)


def _parquet(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "every column but the label is a feature", x=x)
    return read_parquet(path, y)


def _folder(path: Path, x: str | None, y: str | None, n: int | None) -> _Parts:
    _refuse(path, "the subfolders of an image folder are its labels", x=x, y=y)
    return *read_images(path, n), None


def _refuse(path: Path, reason: str, **arguments: str | None) -> None:
    for argument, name in arguments.items():
        if name is not None:
            raise ValueError(f"{path}: {argument}={name!r} cannot be chosen, {reason}; drop it.")


_Reader = Callable[[Path, str | None, str | None, int | None], _Parts]

readers: dict[str, _Reader] = {
    ".csv": _csv,
    ".npy": _npy,
    ".npz": _npz,
    ".parquet": _parquet,
}
