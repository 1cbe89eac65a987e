"""``latentia decode``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia._text import counted
from latentia.cli._given import check_condition, typed_condition
from latentia.cli._options import MODEL, OutFile, Run
from latentia.cli._runs import memory_of, model_of
from latentia.cli._sources import load

if TYPE_CHECKING:
    import numpy as np


def decode(
    run: Run,
    codes: str,
    /,
    *,
    out: OutFile,
    condition: Annotated[str | None, Parameter(group=MODEL)] = None,
) -> None:
    """Write the expected example for each code to a file, in the units of the data.

    Change a code a little, decode it, and see what that dimension means.

    Parameters
    ----------
    codes : str
        A table of codes: .npy, .csv or .parquet, such as `encode` writes.
    condition : str
        The label or number under which a conditional model decodes them all.

    Examples
    --------
        latentia encode runs/digits-vae-2 digits --out codes.npy
        latentia decode runs/digits-vae-2 codes.npy --out decoded.npy
    """
    from latentia import data

    estimator = model_of(run)
    check_condition(estimator, condition, "--condition")
    y = typed_condition(estimator, condition, "--condition")
    decoded = estimator.inverse_transform(_codes(codes), y)
    data.write_table(out, decoded, memory_of(run).get("columns"))
    print(f"{out}: {counted(len(decoded), 'example')} of shape {decoded.shape[1:]}")


def _codes(spec: str) -> np.ndarray:
    try:
        return load(spec, x=None, y=None, n=None).X
    except ValueError as error:
        fault, _, advice = str(error).partition("; ")
        if "label" not in advice:
            raise
        # What helps for data does not for codes, which have no labels.
        raise ValueError(
            f"{fault}; a table of codes holds one column of numbers for each dimension, no more."
        ) from error
