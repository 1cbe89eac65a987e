"""``latentia decode``."""

from __future__ import annotations

from pathlib import Path

from latentia.cli._options import OutFile
from latentia.cli._runs import numbers_of


def decode(run: Path, codes: str, /, *, out: OutFile) -> None:
    """Write the expected example for each code to a file, in the units of the data.

    Change a code a little, decode it, and see what that dimension means.

    Parameters
    ----------
    run : Path
        The folder of a model that `fit` wrote.
    codes : str
        A table of codes: .npy, .csv or .parquet, such as `encode` writes.
    out : Path
        The file, ending in .npy, .csv or .parquet; .npy keeps the shape of images.

    Examples
    --------
        latentia encode runs/digits-vae-2 digits --out codes.npy
        latentia decode runs/digits-vae-2 codes.npy --out decoded.npy
    """
    from latentia import artifacts, data

    estimator = artifacts.load(run)
    decoded = estimator.inverse_transform(data.load(codes).X)
    data.write_table(out, decoded, numbers_of(run).get("data", {}).get("columns"))
    print(f"{out}: {len(decoded):,} examples of shape {decoded.shape[1:]}")
