"""``latentia encode``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia.cli._given import labels_for
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
from latentia.cli._through import Names, Through, write_through

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def encode(
    run: Run,
    data: Data,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    most_likely: Annotated[bool, Parameter(group=MODEL)] = False,
    processes: Processes = 1,
    resume: Resume = False,
) -> None:
    """Write the code of each example to a file.

    The code is the mean of q(z|x): it never samples, so that the same example always has the same
    code. A table of codes has a column for each dimension, named after the model and counted from
    0, such as vae0 and vae1. Labels are no part of it: the rows keep the order of the data. Data
    that the run was fitted on are read as they were then; of others, a column with the name of
    the labels is left out too. Data that are larger than memory go through it piece by piece.

    Parameters
    ----------
    most_likely : bool
        Search for the code that explains each example best, from the encoder's code on: slower, and
        never worse. How many searches came to an end is said on the way.

    Examples
    --------
        latentia encode runs/digits-vae-2 digits --out codes.csv
        latentia encode runs/patients-vae-5 new.csv --label outcome --out codes.parquet
        latentia encode runs/digits-vae-2 digits --most-likely --out codes.npy
        latentia encode runs/sky-vae-8 sky.npy --processes 4 --resume --out codes.npy
    """
    function = partial(_codes, most_likely=most_likely)
    write_through(Through(function, _names, run, data, x, label, rows), out, processes, resume)


def _codes(model: LatentEstimator, dataset: Dataset, most_likely: bool) -> np.ndarray:
    labels = labels_for(model, dataset)
    if not most_likely:
        return model.transform(dataset.X, labels)
    codes, report = model.most_likely_code(dataset.X, labels, return_report=True)
    print(
        f"{report.converged.mean():.1%} of {len(codes)} searches came to an end by themselves, at "
        f"a mean energy of {report.energy.mean():.6g}, where that of the model's own codes is "
        f"{report.start.mean():.6g}.",
        file=sys.stderr,
    )
    return codes


def _names(model: LatentEstimator, dataset: Dataset) -> Names:
    return list(model.get_feature_names_out())
