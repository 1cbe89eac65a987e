"""``latentia convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Path as PathRule

from latentia._text import counted
from latentia.cli._options import OUTPUT, LabelName, Quiet
from latentia.cli._wording import OF_DATA, in_options

_STEPS = 1000


def convert(
    source: Path,
    out: Annotated[Path, Parameter(validator=PathRule(ext="npy"))],
    /,
    *,
    label: LabelName = None,
    float32: Annotated[bool, Parameter(group=OUTPUT)] = False,
    quiet: Quiet = False,
) -> None:
    """Write a table or folder as a .npy file, which is read fastest, a block at a time.

    A .csv, .parquet, .arrow or .feather table, a folder of such files or of .npy files, or a folder
    of images. It may be larger than memory. The rows keep their order, and the column of the labels
    is left out.

    Parameters
    ----------
    source : Path
        A file or a folder.
    out : Path
        The .npy file.
    float32 : bool
        Keep seven digits of each number, in half the place of a .csv file's float64.

    Examples
    --------
        latentia convert patients.csv patients.npy --label outcome
        latentia convert sky.parquet sky.npy --float32
        latentia fit sky.npy --latent 8
    """
    from latentia import data
    from latentia.training import Progress

    progress = Progress(_STEPS, shown=not quiet)
    try:
        with in_options(OF_DATA):
            shape = data.write_npy(
                source,
                out,
                y=label,
                dtype="float32" if float32 else None,
                told=lambda share: progress.update(round(share * _STEPS)),
            )
    finally:
        progress.close()
    print(f"{out}: {counted(shape[0], 'row')} of shape {shape[1:]}")
