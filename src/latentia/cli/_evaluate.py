"""``latentia evaluate``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._options import DATA, ArrayName, JsonFile, LabelName, Rows, Run
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._show import show_numbers


def evaluate(
    run: Run,
    /,
    *,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    out: JsonFile = None,
) -> None:
    """Measure a model on data: reconstruction, likelihood, codes, and what labels read from them.

    Beside every number stands what the best linear code of the same size (PCA), or the data
    themselves, would give. Data that the model has not seen give the honest numbers.

    Parameters
    ----------
    on : str
        A built-in name or a path; without it, what the model was fitted on.

    Examples
    --------
        latentia evaluate runs/digits-vae-2
        latentia evaluate runs/patients-vae-5 --on new.csv --label outcome --out numbers.json
    """
    import json

    from latentia import reports

    dataset = dataset_of(run, on, x, label, rows)
    metrics = reports.metrics(model_of(run), dataset)
    measured = metrics["data"]
    print(
        f"{run} on {measured['n_examples']:,} of "
        f"{counted(measured['n_available'], 'example')} of "
        f"{dataset.name}\n"
    )
    show_numbers(metrics)
    if out is not None:
        text = json.dumps(metrics, indent=2, allow_nan=False) + "\n"
        write_whole(out, lambda stream: stream.write(text.encode()))
        print(f"\n{out}: all the numbers")
