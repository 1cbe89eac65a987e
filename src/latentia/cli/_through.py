"""What encode, score, reconstruct and denoise share: data through a model and into a file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latentia.cli._pieces import Rows, identity_of, piece_of, write_rows
from latentia.cli._runs import dataset_of, model_of

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator

Names = Sequence[str] | None
Function = Callable[["LatentEstimator", "Dataset"], "np.ndarray"]


@dataclass(frozen=True)
class Through:
    """Data that go through a model, a row for each example.

    Parameters
    ----------
    function : callable
        Of the model and some of the data; returns their rows. It is sent to other processes.
    names : callable
        Of the model and the data; returns the names of the columns, if they have any.
    run : Path
        A model folder.
    data, x, label, n
        What to read, as the commands have it.
    """

    function: Function
    names: Callable[[LatentEstimator, Dataset], Names]
    run: Path
    data: str
    x: str | None
    label: str | None
    n: int | None

    def open(self) -> Rows:
        model = model_of(self.run)
        dataset = dataset_of(self.run, self.data, self.x, self.label, self.n)

        def compute(start: int, stop: int) -> np.ndarray:
            return self.function(model, rows_of(dataset, start, stop))

        row_bytes = dataset.X.dtype.itemsize * math.prod(dataset.schema.shape)
        names = self.names(model, dataset)
        left_out = "" if dataset.y is None else ", without the labels"
        return Rows(len(dataset), piece_of(row_bytes), names, compute, left_out)

    def notes(self) -> Mapping[str, object]:
        path = Path(self.data)
        age = path.stat().st_mtime_ns if path.exists() else None
        command = getattr(self.function, "func", self.function).__name__.strip("_")
        options = getattr(self.function, "keywords", {})
        return {
            "what": f"{command} {options or ''}".strip(),
            "model": identity_of(self.run),
            "data": [str(path.resolve()) if path.exists() else self.data, age, self.x, self.label],
        }


def write_through(job: Through, out: Path, processes: int, resume: bool) -> None:
    """Write what a model makes of data to a file, and say how much it is."""
    print(f"{out}: {write_rows(job, out, processes, resume)}")


def rows_of(dataset: Dataset, start: int, stop: int) -> Dataset:
    """Return some rows of data, in memory."""
    from latentia.data import Dataset

    y = None if dataset.y is None else dataset.y[start:stop]
    return Dataset(dataset.X[start:stop], y, dataset.schema, dataset.name)


def columns_of(model: LatentEstimator, dataset: Dataset) -> Names:
    """Return the names that columns of the data have."""
    return dataset.schema.names
