"""``latentia encode``."""

from __future__ import annotations

from pathlib import Path

from latentia.cli._convert import convert
from latentia.cli._options import ArrayName, LabelName, OutFile, Rows


def encode(
    run: Path,
    data: str,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """Write the code of each example to a file.

    The code is the mean of q(z|x): it never samples, so that the same example always has the same
    code. Data that the run was fitted on are read as they were then, label and all.

    Parameters
    ----------
    run : Path
        The folder of a model that `fit` wrote.
    data : str
        A built-in name or a path, as for `fit`.
    out : Path
        The file, ending in .npy, .csv or .parquet: one row for each example, one column for each
        dimension of the code.
    x : str
        The array of a .npz file to encode.
    label : str
        The column or array of labels, which is left out.
    rows : int
        Encode the first so many examples.

    Examples
    --------
        latentia encode runs/digits-vae-2 digits --out codes.csv
        latentia encode runs/patients-vae-5 new.csv --label outcome --out codes.parquet
    """
    convert(
        lambda model, dataset: (model.transform(dataset.X), model.get_feature_names_out()),
        *(run, data, out, x, label, rows),
    )
