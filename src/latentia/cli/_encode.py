"""``latentia encode``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from latentia.cli._convert import convert
from latentia.cli._given import labels_for
from latentia.cli._options import MODEL, ArrayName, Data, LabelName, OutFile, Rows, Run


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
) -> None:
    """Write the code of each example to a file.

    The code is the mean of q(z|x): it never samples, so that the same example always has the same
    code. A table of codes has a column for each dimension, named after the model and counted from
    0, such as vae0 and vae1. Labels are no part of it: the rows keep the order of the data. Data
    that the run was fitted on are read as they were then; of others, a column with the name of
    the labels is left out too.

    Parameters
    ----------
    most_likely : bool
        Search for the code that explains each example best, from the encoder's code on: slower, and
        never worse.

    Examples
    --------
        latentia encode runs/digits-vae-2 digits --out codes.csv
        latentia encode runs/patients-vae-5 new.csv --label outcome --out codes.parquet
        latentia encode runs/digits-vae-2 digits --most-likely --out codes.npy
    """
    convert(
        lambda model, dataset: (
            (model.most_likely_code if most_likely else model.transform)(
                dataset.X, labels_for(model, dataset)
            ),
            model.get_feature_names_out(),
        ),
        *(run, data, out, x, label, rows),
    )
