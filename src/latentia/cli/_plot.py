"""``latentia plot``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from latentia._names import lookup
from latentia._text import counted
from latentia.cli._lapse import codes_by_epoch
from latentia.cli._options import DATA, ArrayName, LabelName, Quiet, Rows, Run, at_least
from latentia.cli._pictures import folder_of, observed, write_numbers, write_picture
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._show import show

_LAPSE = "time-lapse"
_LAPSE_TITLE = "Map of the codes, epoch by epoch"


def plot(
    run: Run,
    name: str | None = None,
    /,
    *,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    epochs: Annotated[int | None, at_least(1)] = None,
    quiet: Quiet = False,
) -> None:
    """Draw one picture of a model, or list those that there are.

    The folder of the run gets it in pictures/, and beside it a .json file of the numbers in it.
    time-lapse trains a model with the same settings again and writes a .gif of its codes.

    Parameters
    ----------
    name : str
        Which picture; without it, all are listed.
    on : str
        A built-in name or a path; without it, what the model was fitted on.
    epochs : int
        Of the time-lapse, passes over the data; by default as many as the model was trained for, at
        most 100.

    Examples
    --------
        latentia plot runs/digits-vae-2
        latentia plot runs/digits-vae-2 neighbors
        latentia plot runs/digits-vae-2 time-lapse --epochs 30
    """
    from latentia import reports

    pictures = {_spoken(key): key for key in sorted(reports.album)}
    if name is None:
        titles = {spoken: reports.album[key].title for spoken, key in pictures.items()}
        show(sorted({**titles, _LAPSE: _LAPSE_TITLE}.items()))
        return
    chosen = _spoken(name)
    key = lookup({**pictures, _LAPSE: _LAPSE}, chosen, "name")
    if epochs is not None and key != _LAPSE:
        raise ValueError(f"--epochs belongs to {_LAPSE}; drop it, or draw that.")
    if key == _LAPSE:
        _time_lapse(run, (on, x, label, rows), epochs, quiet)
        return
    seen = observed(run, on, x, label, rows)
    figure = reports.album[key].draw(seen)
    if figure is None:
        raise ValueError(
            f"{chosen} has no meaning for this {type(seen.estimator).__name__} and its data; "
            f"latentia plot {run} lists all pictures."
        )
    write_picture(run, key, figure, {"caption": reports.album[key].caption})


def _time_lapse(
    run: Path,
    source: tuple[str | None, str | None, str | None, int | None],
    epochs: int | None,
    quiet: bool,
) -> None:
    from latentia import plotting

    dataset = dataset_of(run, *source)
    codes, y = codes_by_epoch(model_of(run), dataset, epochs, quiet)
    path = plotting.time_lapse(codes, y, folder_of(run) / "time_lapse.gif")
    numbers = {str(epoch): table.round(4).tolist() for epoch, table in codes.items()}
    labels = None if y is None else y.tolist()
    write_numbers(path.with_suffix(".json"), {"codes_by_epoch": numbers, "y": labels})
    print(f"{path}: {counted(len(codes), 'frame')}; the numbers are in {path.stem}.json")


def _spoken(name: str) -> str:
    return name.replace("_", "-")
