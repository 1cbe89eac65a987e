"""``latentia traverse``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from latentia.cli._given import check_condition, typed_condition
from latentia.cli._options import DATA, ArrayName, LabelName, Rows, Run
from latentia.cli._pictures import Row, Steps, check_row, observed, write_picture


def traverse(
    run: Run,
    /,
    *,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    example: Row | None = None,
    steps: Steps = 9,
    condition: str | None = None,
) -> None:
    """Draw what each dimension of the code does, the one that says most first.

    One dimension after another runs through the prior, from its 2 % to its 98 % quantile, while the
    others stay. The folder of the run gets pictures/traversals.png and the numbers.

    Parameters
    ----------
    on : str
        A built-in name or a path; without it, what the model was fitted on. The data say which
        dimensions are used.
    example : int
        Start from the code of this example, counted from 0; by default from the mean of the prior.
    condition : str
        What a conditional model shall draw: a label or a number; several columns with commas.

    Examples
    --------
        latentia traverse runs/digits-vae-8
        latentia traverse runs/patients-vae-5 --example 17 --steps 5
    """
    import numpy as np

    from latentia import reports

    seen = observed(run, on, x, label, rows)
    check_condition(seen.estimator, condition, "--condition")
    y = typed_condition(seen.estimator, condition, "--condition")
    center = None
    if example is not None:
        row = check_row(example, seen.dataset, "--example")
        center = reports.observe(seen.estimator, seen.dataset, np.array([row])).codes[0]
    figure = reports.walk_dimensions(seen, center=center, condition=y, n=steps)
    write_picture(run, "traversals", figure, {"example": example, "condition": condition})
