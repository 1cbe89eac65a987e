"""``latentia data``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentia._text import counted
from latentia.cli._options import ArrayName, LabelName, Rows
from latentia.cli._show import show
from latentia.cli._sources import load

if TYPE_CHECKING:
    import numpy as np

_MOST_CLASSES = 20


def data(
    spec: str | None = None,
    /,
    *,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """List the built-in data sets, or check a data set and say what it is.

    A path is a .csv or .parquet table of numbers, a .npy array, a .npz of several arrays, or a
    folder of images, whose subfolders are labels.

    Parameters
    ----------
    spec : str
        A built-in name or a path; without it, the built-in sets are listed.

    Examples
    --------
        latentia data
        latentia data digits
        latentia data patients.csv --label outcome
    """
    from latentia.data import sources

    if spec is None:
        show((name, source.description) for name, source in sources.items())
        return
    dataset = load(spec, x=x, y=label, n=rows)
    print(f"{dataset.name}: {counted(len(dataset), 'example')}\n{dataset.schema.describe()}")
    print(f"labels: {'none' if dataset.y is None else _summary(dataset.y)}")


def _summary(y: np.ndarray) -> str:
    import numpy as np

    classes, counts = np.unique(y, return_counts=True)
    if len(classes) <= _MOST_CLASSES:
        listed = ", ".join(f"{c} ({n:,})" for c, n in zip(classes, counts, strict=True))
        return f"{counted(len(classes), 'class', 'classes')}, {listed}"
    if y.dtype.kind in "iuf":
        return f"numbers from {y.min():g} to {y.max():g}"
    return f"{len(classes):,} different ones"
