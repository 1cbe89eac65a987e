"""``latentia denoise``."""

from __future__ import annotations

from latentia.cli._convert import convert
from latentia.cli._options import ArrayName, Data, LabelName, OutFile, Rows, Run


def denoise(
    run: Run,
    data: Data,
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

    Examples
    --------
        latentia fit digits --model denoising-autoencoder --latent 32
        latentia denoise runs/digits-denoising-autoencoder-32 scans.npy --out clean.npy
    """
    convert(
        lambda model, dataset: (model.denoise(dataset.X), dataset.schema.names),
        *(run, data, out, x, label, rows),
    )
