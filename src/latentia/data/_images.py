"""Read a folder of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from latentia.data._extras import require
from latentia.data._objects import Items

_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff"})

# Grey stays grey, deep grey stays deep, everything else becomes red, green and blue.
_MODES = {"1": "L", "L": "L", "LA": "L", "I;16": "I;16", "I": "I", "F": "F"}


def read_images(path: Path, n: int | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """Read all images of a folder, in the order of their names.

    Parameters
    ----------
    path : Path
        A folder of images, or of one subfolder per class. Names that start with a dot are passed
        over.
    n : int, optional
        Read at most the first n.

    Returns
    -------
    X : ndarray of shape (n, H, W) or (n, 3, H, W)
        Grey or colour pixels, uint8 for ordinary files. Palettes, so every gif, count as
        colour; transparency is dropped.
    y : ndarray of n names, optional
        The subfolder of each image, where there are subfolders.

    Raises
    ------
    ValueError
        If there is no image, one is unreadable, or two differ in size or colour.
    """
    Image = require("PIL.Image", "reading images")
    files, labels = _find(path)
    files = files[:n]
    first = _open(Image, files[0])
    X = np.empty((len(files), *first.shape), first.dtype)
    for i, file in enumerate(files):
        pixels = first if i == 0 else _open(Image, file)
        X[i] = _like(first, pixels, path, files[0], file)
    return X, None if labels is None else np.array(labels[: len(files)])


def image_rows(path: Path) -> Items:
    """Return the images of a folder as a stream, each decoded when it is needed."""
    Image = require("PIL.Image", "reading images")
    files, labels = _find(path)
    first = _open(Image, files[0])

    def item(i: int) -> np.ndarray:
        return _like(first, _open(Image, files[i]), path, files[0], files[i])

    return Items(len(files), item, str(path), None if labels is None else np.array(labels))


def _like(first: np.ndarray, pixels: np.ndarray, path: Path, one: Path, file: Path) -> np.ndarray:
    """Return pixels, or refuse them where they are of another size or colour than the first."""
    if (pixels.shape, pixels.dtype) != (first.shape, first.dtype):
        raise ValueError(
            f"{path}: images differ in size or colour, {_name(path, one)} is "
            f"{_form(first)} but {_name(path, file)} is {_form(pixels)}; "
            "bring them to one size and colour."
        )
    return pixels


def _find(path: Path) -> tuple[list[Path], list[str] | None]:
    files = _images_in(path)
    folders = [child for child in _visible(path) if child.is_dir()]
    inside = [(file, folder.name) for folder in folders for file in _images_in(folder)]
    if files and inside:
        raise ValueError(
            f"{path}: there are images both in the folder ({files[0].name}) and in its "
            f"subfolders ({_name(path, inside[0][0])}); keep them in one place."
        )
    if not files and not inside:
        raise ValueError(
            f"{path}: there is no image in this folder or its subfolders; "
            f"images end in {', '.join(sorted(_SUFFIXES))}."
        )
    if files:
        return files, None
    return [file for file, _ in inside], [label for _, label in inside]


def _images_in(folder: Path) -> list[Path]:
    return [
        child for child in _visible(folder) if child.suffix.lower() in _SUFFIXES and child.is_file()
    ]


def _visible(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _open(Image: Any, file: Path) -> np.ndarray:
    try:
        with Image.open(file) as image:
            frames = getattr(image, "n_frames", 1)
            pixels = np.asarray(image.convert(_MODES.get(image.mode, "RGB")))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise ValueError(
            f"{file}: not a readable image ({reason}); repair or remove it."
        ) from error
    if frames > 1:
        raise ValueError(f"{file}: holds {frames} images; save each in its own file.")
    return np.moveaxis(pixels, 2, 0) if pixels.ndim == 3 else pixels


def _form(pixels: np.ndarray) -> str:
    height, width = pixels.shape[-2:]
    return f"{height} x {width} {'colour' if pixels.ndim == 3 else 'grey'} {pixels.dtype.name}"


def _name(path: Path, file: Path) -> str:
    return str(file.relative_to(path))
