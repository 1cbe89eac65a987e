"""One way in for all data: a built-in name, a path, or what is in memory already."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from latentia.data._dataset import Dataset
from latentia.data._files import read_path
from latentia.data._frames import is_frame, split_frame
from latentia.data._names import nearest
from latentia.data._sources import sources
from latentia.data._sprites import Sprites
from latentia.data._validation import check_count, check_labels


def load(
    spec: Any, *, x: str | None = None, y: Any = None, n: int | None = None, seed: int = 0
) -> Dataset:
    """Load a data set, check it, and say what it is.

    Parameters
    ----------
    spec : str, path, Dataset, array, tensor or data frame
        A built-in name (see `sources`), or else a path: a ``.csv`` or ``.parquet`` table of
        numbers, a ``.npy`` array (memory-mapped), a ``.npz`` of several arrays, or a folder of
        images, whose subfolders are labels. Write ``"./digits"`` for a folder with the name of a
        built-in set. Data in memory is passed through, checked and not copied.
    x : str, optional
        The array in a ``.npz`` to learn from; by default the first of x_train, X_train, x, X,
        data and images, or the only one.
    y : str or array-like of length n, optional
        The labels: the column of a table, the array in a ``.npz`` or the factor of sprites by name,
        or the labels themselves.
    n : int, optional
        Keep the first n examples. Generated sets draw 2,000 by default.
    seed : int, default 0
        For generated sets.

    Returns
    -------
    Dataset
        Channel-last images ``(n, H, W, C)`` appear as channel-first views.

    Raises
    ------
    ValueError
        If nothing has that name, or the data is empty, not numeric, not finite or too short.
    ImportError
        If the file needs a package of the extra ``latentia[data]``.

    Examples
    --------
    >>> data = load("digits", n=100)
    >>> print(data.schema.describe())
    images of 8 x 8 grey pixels, float32 from 0 to 16
    >>> load("digts")
    Traceback (most recent call last):
        ...
    ValueError: data='digts' is neither a built-in set nor an existing path; did you mean \
'digits'? Built-in sets: breast_cancer, digits, ellipse, iris, ring, spiral, sprites, sprites-32, \
swiss-roll, wine.
    """
    n = None if n is None else check_count(n, "n")
    if isinstance(spec, str) and spec in sources:
        source = sources[spec]
        if isinstance(source, Sprites) and isinstance(y, str):
            source, y = replace(source, y=y), None
        _refuse(f"{spec}: the set is built in", x=x, y=y)
        return source.load(n, seed)
    if isinstance(spec, (str, os.PathLike)):
        return _from_path(spec, x, y, n)
    _refuse("data in memory is not chosen by name", x=x)
    return _from_memory(spec, y, n)


def _from_path(spec: str | os.PathLike[str], x: str | None, y: Any, n: int | None) -> Dataset:
    path = Path(spec)
    if not path.exists():
        raise ValueError(
            f"data={str(spec)!r} is neither a built-in set nor an existing path; "
            f"{nearest(str(spec), sources)}Built-in sets: {', '.join(sources)}."
        )
    if y is None or isinstance(y, str):
        return read_path(path, x, y, n)
    data = read_path(path, x, None, None)
    return Dataset.of(data.X, y, names=data.schema.names, name=data.name, n=n)


def _from_memory(data: Any, y: Any, n: int | None) -> Dataset:
    if is_frame(data):
        X, labels, names = split_frame(data, y if isinstance(y, str) else None, "frame")
        return Dataset.of(X, y if labels is None else labels, names=names, name="frame", n=n)
    if isinstance(y, str):
        _refuse("only the columns of a frame or file have names", y=y)
    if isinstance(data, Dataset):
        y = data.y if y is None else check_labels(y, len(data), data.name)
        whole = Dataset(data.X, y, data.schema, data.name)
        return whole if n is None else whole.head(n)
    if isinstance(data, torch.Tensor):
        # numpy has no bfloat16; float32 holds it exactly.
        data = data.float() if data.dtype == torch.bfloat16 else data
        data = data.detach().cpu().numpy()
    return Dataset.of(data, y, n=n)


def _refuse(reason: str, **arguments: Any) -> None:
    for argument, value in arguments.items():
        if value is not None:
            raise ValueError(f"{reason}, so {argument}= has no use; drop it.")
