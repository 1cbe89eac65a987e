"""``latentia reconstruct``."""

from __future__ import annotations

from pathlib import Path

from latentia.cli._convert import convert
from latentia.cli._options import ArrayName, LabelName, OutFile, Rows


def reconstruct(
    run: Path,
    data: str,
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

    Parameters
    ----------
    run : Path
        The folder of a model that `fit` wrote.
    data : str
        A built-in name or a path, as for `fit`.
    out : Path
        The file, ending in .npy, .csv or .parquet; .npy keeps the shape of images.
    x : str
        The array of a .npz file to reconstruct.
    label : str
        The column or array of labels, which is left out.
    rows : int
        Reconstruct the first so many examples.

    Examples
    --------
        latentia reconstruct runs/digits-vae-2 digits --out digits-again.npy
    """
    convert(
        lambda model, dataset: (model.reconstruct(dataset.X), dataset.schema.names),
        *(run, data, out, x, label, rows),
    )
