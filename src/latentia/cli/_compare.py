"""``latentia compare``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._given import labels_for
from latentia.cli._options import DATA, OUTPUT, ArrayName, LabelName, Rows, Run
from latentia.cli._pictures import write_numbers
from latentia.cli._runs import dataset_of, memory_of, model_of, new_run
from latentia.cli._show import show
from latentia.cli._sources import is_same

if TYPE_CHECKING:
    from latentia.data import Dataset

_PAGE = "comparison"


def compare(
    run: Run,
    /,
    *others: Run,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"), group=OUTPUT)] = None,
) -> None:
    """Compare models on the same data: their numbers, and how sure the differences are.

    Each model is measured beside the first, example by example, which gives differences with 95 %
    confidence intervals. These are about other examples of the same kind, not about another
    training of the same models. Data that no model has seen give the honest numbers.

    The folder gets comparison.html, comparison.png and comparison.json.

    Parameters
    ----------
    others : Path
        More such folders.
    on : str
        A built-in name or a path; without it, what all were fitted on.
    out : Path
        Folder for the results, where files of these names are replaced; by default a new one in
        runs/.

    Examples
    --------
        latentia compare runs/digits-vae-2 runs/digits-vae-8
        latentia compare runs/a runs/b runs/c --on new.csv --out runs/all-three
    """
    from latentia import reports

    folders = [run, *others]
    names = _names(folders)
    if len(set(folders)) < 2:
        raise ValueError(f"{run} alone compares to nothing; name the folder of another run too.")
    dataset = _shared(folders, on, x, label, rows)
    models = {name: model_of(folder) for name, folder in zip(names, folders, strict=True)}
    for model in models.values():
        labels_for(model, dataset)
    results = reports.compare(models, dataset)
    image = reports.png(reports.draw_comparison(results))
    title = f"{counted(len(results), 'model')} on {dataset.name}"
    page = reports.comparison_html(results, title, image)
    folder = new_run(out, True, "comparison")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"{folder} cannot be made ({error.strerror}).") from error
    write_whole(folder / f"{_PAGE}.html", lambda stream: stream.write(page.encode()))
    write_whole(folder / f"{_PAGE}.png", lambda stream: stream.write(image))
    write_numbers(
        folder / f"{_PAGE}.json",
        {"data": dataset.name, "models": [asdict(result) for result in results]},
    )
    show(reports.comparison_rows(results))
    print()
    show([("page", folder / f"{_PAGE}.html")])


def _shared(
    runs: list[Path], on: str | None, x: str | None, label: str | None, rows: int | None
) -> Dataset:
    """Load the data that all runs are compared on.

    Raises
    ------
    ValueError
        If they were fitted on different data and none are named, or on other columns.
    """
    memories = {run: memory_of(run) for run in runs}
    first = memories[runs[0]].get("spec")
    for run, memory in memories.items():
        spec = memory.get("spec")
        if on is None and first is not None and spec is not None and not is_same(spec, first):
            raise ValueError(
                f"{runs[0]} was fitted on {first}, but {run} on {spec}; name the data to compare "
                "on with --on."
            )
    dataset = dataset_of(runs[0], on, x, label, rows)
    for run, memory in memories.items():
        columns, found = memory.get("columns"), dataset.schema.names
        if columns is not None and found is not None and list(found) != columns:
            raise ValueError(
                f"{run} was fitted on the columns {', '.join(columns)}, but {dataset.name} has "
                f"{', '.join(found)}; compare models of the same data."
            )
    return dataset


def _names(runs: list[Path]) -> list[str]:
    """Return the last part of each path, or the whole where two are the same."""
    short = [run.resolve().name for run in runs]
    return short if len(set(short)) == len(short) else [str(run) for run in runs]
