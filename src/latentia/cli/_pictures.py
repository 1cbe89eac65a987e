"""Pictures in the folder of a run, each with the numbers that it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from latentia._files import write_whole
from latentia.cli._options import at_least
from latentia.cli._runs import dataset_of, model_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from latentia.data import Dataset
    from latentia.reports import Observed

_FOLDER = "pictures"

Row = Annotated[int, at_least(0)]
Steps = Annotated[int, Parameter(name="--steps", help="How many codes in a row."), at_least(2)]


def observed(
    run: Path, on: str | None, x: str | None, label: str | None, rows: int | None
) -> Observed:
    """Load a model, and see what it makes of data, by default those it was fitted on."""
    from latentia import reports

    dataset = dataset_of(run, on, x, label, rows)
    return reports.observe(model_of(run), dataset)


def check_row(row: int, dataset: Dataset, option: str) -> int:
    """Return the number of an example.

    Raises
    ------
    ValueError
        If there is none of that number.
    """
    if row < len(dataset):
        return row
    raise ValueError(
        f"{option} {row}: the examples of {dataset.name} are numbered from 0 to "
        f"{len(dataset) - 1:,}."
    )


def folder_of(run: Path) -> Path:
    """Return the folder for the pictures of a run, which is made where it is missing.

    Raises
    ------
    ValueError
        If it cannot be made.
    """
    folder = run / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ValueError(f"{folder} cannot be made ({error.strerror}).") from error
    return folder


def write_picture(run: Path, name: str, figure: Figure, about: Mapping[str, Any]) -> None:
    """Write a picture as .png, and beside it what it shows as .json, and say where they are.

    Parameters
    ----------
    run : Path
        A model folder.
    name : str
        Of both files.
    figure : Figure
    about : mapping
        What was asked for, JSON-able; the numbers follow it.
    """
    from latentia import reports

    image, numbers = reports.png(figure), reports.figure_numbers(figure)
    picture = folder_of(run) / f"{name}.png"
    write_whole(picture, lambda stream: stream.write(image))
    write_numbers(picture.with_suffix(".json"), {**about, "axes": numbers})
    print(f"{picture}: the numbers are in {picture.with_suffix('.json').name}")


def write_numbers(path: Path, content: Any) -> None:
    """Write a .json file."""
    text = json.dumps(content, allow_nan=False) + "\n"
    write_whole(path, lambda stream: stream.write(text.encode()))
