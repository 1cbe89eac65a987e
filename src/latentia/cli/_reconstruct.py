"""``latentia reconstruct``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia.cli._convert import Names, convert
from latentia.cli._given import labels_for, typed_condition
from latentia.cli._options import MODEL, ArrayName, Data, LabelName, OutFile, Rows, Run

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

    def again(model: LatentEstimator, dataset: Dataset) -> tuple[np.ndarray, Names]:
        other = typed_condition(model, as_, "--as")
        y = labels_for(model, dataset)
        return model.reconstruct(dataset.X, y, as_y=other), dataset.schema.names

    convert(again, run, data, out, x, label, rows)
