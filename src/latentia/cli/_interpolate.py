"""``latentia interpolate``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from latentia.cli._given import check_condition, typed_condition
from latentia.cli._options import DATA, ArrayName, LabelName, Rows, Run
from latentia.cli._pictures import Row, Steps, check_row, write_picture
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._wording import in_options


def interpolate(
    run: Run,
    /,
    *,
    from_: Annotated[Row, Parameter(name="--from")],
    to: Row,
    path: str = "linear",
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    steps: Steps = 9,
    condition: str | None = None,
) -> None:
    """Draw what lies between two examples, decoded from codes on a path between theirs.

    The folder of the run gets pictures/interpolation.png and the numbers.

    Parameters
    ----------
    from_ : int
        The first example, counted from 0.
    to : int
        The last.
    path : str
        linear, spherical about the mean of the prior, or prior, along its quantiles; several with
        commas to compare them.
    on : str
        A built-in name or a path; without it, what the model was fitted on.
    condition : str
        What a conditional model shall draw: a label or a number; several columns with commas.

    Examples
    --------
        latentia interpolate runs/digits-vae-8 --from 0 --to 1
        latentia interpolate runs/digits-vae-8 --from 3 --to 25 --path linear,spherical,prior
    """
    import numpy as np

    from latentia import plotting, reports
    from latentia._names import lookup

    names = [name.strip() for name in path.split(",")]
    with in_options({"path": "--path"}):
        for name in names:
            lookup(plotting.paths, name, "path")
    dataset = dataset_of(run, on, x, label, rows)
    ends = check_row(from_, dataset, "--from"), check_row(to, dataset, "--to")
    estimator = model_of(run)
    check_condition(estimator, condition, "--condition")
    y = typed_condition(estimator, condition, "--condition")
    seen = reports.observe(estimator, dataset, np.array(ends))
    with in_options({"path": "--path"}):
        figure = reports.walk_between(seen, 0, 1, path=names, condition=y, n=steps)
    about = {"from": from_, "to": to, "paths": names, "condition": condition}
    write_picture(run, "interpolation", figure, about)
