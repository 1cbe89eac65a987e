"""``latentia reconstruct``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia.cli._given import labels_for, typed_condition
from latentia.cli._options import (
    MODEL,
    ArrayName,
    Data,
    LabelName,
    OutFile,
    Processes,
    Resume,
    Rows,
    Run,
)
from latentia.cli._through import Through, columns_of, write_through

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def reconstruct(
    run: Run,
    data: Data,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    as_: Annotated[str | None, Parameter(name="--as", group=MODEL)] = None,
    processes: Processes = 1,
    resume: Resume = False,
) -> None:
    """Write each example as the model sees it: encoded, then decoded.

    What is missing afterwards did not fit into the code: noise, if the model is good, and whatever
    is unlike the data it was fitted on.

    Parameters
    ----------
    as_ : str
        Decode under this label instead of the example's own, with a conditional model.

    Examples
    --------
        latentia reconstruct runs/digits-vae-2 digits --out digits-again.npy
        latentia reconstruct runs/digits-conditional-vae-8 digits --as 7 --out sevens.npy
    """
    function = partial(_again, as_=as_)
    write_through(Through(function, columns_of, run, data, x, label, rows), out, processes, resume)


def _again(model: LatentEstimator, dataset: Dataset, as_: str | None) -> np.ndarray:
    other = typed_condition(model, as_, "--as")
    return model.reconstruct(dataset.X, labels_for(model, dataset), as_y=other)
