"""What encode, reconstruct and denoise share: data through a model and into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from latentia._text import counted
from latentia.cli._runs import dataset_of, model_of

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator

Names = Sequence[str] | None


def convert(
    function: Callable[[LatentEstimator, Dataset], tuple[np.ndarray, Names]],
    run: Path,
    data: str,
    out: Path,
    x: str | None,
    label: str | None,
    rows: int | None,
) -> None:
    """Write what a model makes of data to a file, and say how much it is.

    Parameters
    ----------
    function : callable
        Of the model and the data; returns one row for each example, and the names of the columns
        if they have any.
    run : Path
        A model folder.
    data, x, label, rows
        What to read, as the commands have it.
    out : Path
        The file.
    """
    from latentia.data import write_table

    model, dataset = model_of(run), dataset_of(run, data, x, label, rows)
    values, names = function(model, dataset)
    write_table(out, values, names)
    left_out = "" if dataset.y is None else ", without the labels"
    print(f"{out}: {counted(len(values), 'row')} of shape {values.shape[1:]}{left_out}")
