"""``latentia reconstruct``."""

from __future__ import annotations

from latentia.cli._convert import convert
from latentia.cli._options import ArrayName, Data, LabelName, OutFile, Rows, Run


def reconstruct(
    run: Run,
    data: Data,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """Write each example as the model sees it: encoded, then decoded.

    What is missing afterwards did not fit into the code: noise, if the model is good, and whatever
    is unlike the data it was fitted on.

    Examples
    --------
        latentia reconstruct runs/digits-vae-2 digits --out digits-again.npy
    """
    convert(
        lambda model, dataset: (model.reconstruct(dataset.X), dataset.schema.names),
        *(run, data, out, x, label, rows),
    )
