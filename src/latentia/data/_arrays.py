"""Read numpy's own files: one array, or several by name."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

_FEATURES = ("x_train", "X_train", "x", "X", "data", "images")
_LABELS = ("y", "Y", "labels", "target")


def read_npy(path: Path) -> np.ndarray:
    """Memory-map a ``.npy`` file: nothing is read until it is used.

    Raises
    ------
    ValueError
        If the file is not a ``.npy`` file of plain numbers.
    """
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError) as error:
        raise _unreadable(path, error) from error


def read_npz(path: Path, x: str | None, y: str | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Read the features and the labels of a ``.npz`` file.

    Without `x`, the features are the first of x_train, X_train, x, X, data, images, or the only
    array there is. Without `y`, the labels are the array that goes with them (y_test for x_test;
    y, Y, labels or target for a name without an ending), if it has as many rows.

    Raises
    ------
    ValueError
        If the file is unreadable, or it is not clear which array is meant; the message lists
        names and shapes.
    """
    try:
        arrays = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error
    if not isinstance(arrays, np.lib.npyio.NpzFile):
        raise ValueError(f"{path}: the file holds one unnamed array; rename it to end in .npy.")
    with arrays:
        return _choose(path, arrays, x, y)


def _choose(
    path: Path, arrays: np.lib.npyio.NpzFile, x: str | None, y: str | None
) -> tuple[np.ndarray, np.ndarray | None]:
    x = x if x is not None else _guess([name for name in arrays.files if name != y])
    if x is None:
        raise ValueError(f"{path}: x= must say which array to use. {_contents(arrays)}")
    features = _get(path, arrays, "x", x)
    if y is not None:
        return features, _get(path, arrays, "y", y)
    y = next((name for name in _partners(x) if name in arrays.files), None)
    labels = None if y is None else _get(path, arrays, "y", y)
    if labels is not None and labels.shape[:1] != features.shape[:1]:
        return features, None
    return features, labels


def _guess(names: list[str]) -> str | None:
    known = [name for name in _FEATURES if name in names]
    others = [name for name in names if name not in _LABELS]
    if known:
        return known[0]
    return others[0] if len(others) == 1 else None


def _partners(x: str) -> tuple[str, ...]:
    _, underscore, ending = x.partition("_")
    if underscore and x[0] in "xX":
        return (f"y_{ending}", f"Y_{ending}")
    return _LABELS


def _get(path: Path, arrays: np.lib.npyio.NpzFile, argument: str, name: str) -> np.ndarray:
    if name not in arrays.files:
        raise ValueError(f"{path}: there is no array {argument}={name!r}. {_contents(arrays)}")
    try:
        return arrays[name]
    except (ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(path, error) from error


def _contents(arrays: np.lib.npyio.NpzFile) -> str:
    def shape(name: str) -> str:
        try:
            return str(arrays[name].shape)
        except (ValueError, zipfile.BadZipFile, zlib.error):
            return "(unreadable)"

    listing = ", ".join(f"{name} {shape(name)}" for name in sorted(arrays.files))
    return f"It holds: {listing or 'nothing'}."


def _unreadable(path: Path, error: Exception) -> ValueError:
    reason = str(error).splitlines()[0].rstrip(".")
    return ValueError(f"{path}: not a readable file of plain numbers ({reason}); save it again.")
