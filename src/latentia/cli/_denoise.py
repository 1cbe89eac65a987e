"""``latentia denoise``."""

from __future__ import annotations

from pathlib import Path

from latentia.cli._convert import convert
from latentia.cli._options import ArrayName, LabelName, OutFile, Rows


def denoise(
    run: Path,
    data: str,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """Write each example as it may have been before it was spoilt.

    It works for a model that was fitted with a `--corruption` like the damage of the data. The data
    are taken as they are: no corruption is added here.

    Parameters
    ----------
    run : Path
        The folder of a model that `fit` wrote.
    data : str
        A built-in name or a path, as for `fit`.
    out : Path
        The file, ending in .npy, .csv or .parquet; .npy keeps the shape of images.
    x : str
        The array of a .npz file to denoise.
    label : str
        The column or array of labels, which is left out.
    rows : int
        Denoise the first so many examples.

    Examples
    --------
        latentia fit digits --model denoising-autoencoder --latent 32
        latentia denoise runs/digits-denoising-autoencoder-32 scans.npy --out clean.npy
    """
    convert(
        lambda model, dataset: (model.denoise(dataset.X), dataset.schema.names),
        *(run, data, out, x, label, rows),
    )
