"""``latentia anomalies``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from cyclopts.validators import Path as PathRule

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._csv import write_columns
from latentia.cli._given import labels_for
from latentia.cli._options import OUTPUT, ArrayName, CsvFile, LabelName, Rows, Run
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._show import show

if TYPE_CHECKING:
    import numpy as np

    from latentia.estimators import LatentEstimator

_SHOWN = 10


def anomalies(
    run: Run,
    data: str | None = None,
    /,
    *,
    out: CsvFile,
    contamination: Annotated[float | None, Parameter(validator=Number(gt=0, lte=0.5))] = None,
    picture: Annotated[Path | None, Parameter(group=OUTPUT, validator=PathRule(ext="png"))] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """Write how unusual each example is, and show the most unusual ones.

    The energy of an example is what training made small, in nats or in the --norm of the fit: the
    higher, the more unusual. The file has a row for each example, counted from 1 as in the data,
    with its energy, and -1 for an outlier or 1. Labels of two classes are taken as the truth, the
    rarer class being the outliers, and measure how well the energies rank them.

    Parameters
    ----------
    data : str
        A built-in name or a path; without it, what the model was fitted on.
    contamination : float
        Share of these examples that are outliers, in (0, 0.5]; without it, outliers have a higher
        energy than nine tenths of the examples that the fit held out, or with --patience 0 of all
        that it was given.
    picture : Path
        A .png file for a histogram of the energies.

    Examples
    --------
        latentia anomalies runs/digits-vae-2 --out scores.csv
        latentia anomalies runs/patients-vae-5 new.csv --contamination 0.05 --out scores.csv
        latentia anomalies runs/digits-vae-2 scans.npy --out scores.csv --picture scores.png
    """
    import numpy as np

    model = model_of(run)
    dataset = dataset_of(run, data, x, label, rows, ask="name some after it")
    energies = np.asarray(model.energy(dataset.X, labels_for(model, dataset)))
    threshold, why = _threshold(model, energies, contamination)
    outliers = energies > threshold
    columns = {
        "row": range(1, len(energies) + 1),
        "energy": energies,
        "outlier": np.where(outliers, -1, 1),
    }
    if picture is not None:
        _draw(picture, energies, threshold, _unit(model))
    write_columns(out, columns)
    print(f"{out}: {outliers.sum():,} of {counted(len(energies), 'example')} above the threshold")
    print(f"threshold {threshold:.4g}: {why}\n")
    most = np.argsort(-energies, kind="stable")[:_SHOWN]
    unusual = (
        (row + 1, f"{energies[row]:.4g}", "outlier" if outliers[row] else "") for row in most
    )
    show([("row", "energy", ""), *unusual])
    if dataset.y is not None:
        print()
        _show_agreement(energies, dataset.y)


def _threshold(
    model: LatentEstimator, energies: np.ndarray, contamination: float | None
) -> tuple[float, str]:
    """Return the energy above which an example is an outlier, and in words why."""
    import numpy as np

    if contamination is not None:
        share = 100 * (1 - contamination)
        return float(np.percentile(energies, share)), f"{share:.4g}% of these lie below it"
    asked = "held out in training" if model.early_stopping else "that the model was fitted on"
    share = 100 * (1 - model.contamination)
    return -model.offset_, f"{share:.4g}% of the examples {asked} lie below it"


def _draw(picture: Path, energies: np.ndarray, threshold: float, unit: str) -> None:
    from latentia import plotting, reports

    image = reports.png(plotting.energies(energies, threshold, unit=unit))
    write_whole(picture, lambda stream: stream.write(image))


def _unit(model: LatentEstimator) -> str:
    norm = getattr(model, "norm", None)
    return "nats" if norm is None else f"{norm} of the scaled data"


def _show_agreement(energies: np.ndarray, y: np.ndarray) -> None:
    """Print how well energies rank the rarer of two classes."""
    import numpy as np
    from sklearn.metrics import average_precision_score, roc_auc_score

    classes, counts = np.unique(y, return_counts=True)
    if y.ndim != 1 or len(classes) != 2:
        kinds = counted(len(classes), "class", "classes")
        print(f"no area under the ROC curve: the labels have {kinds}, and it needs two.")
        return
    truth = y == classes[counts.argmin()]
    show(
        [
            ("taken as outliers", f"label {classes[counts.argmin()]}, {truth.mean():.1%}"),
            ("area under the ROC curve", f"{roc_auc_score(truth, energies):.4g}"),
            ("average precision", f"{average_precision_score(truth, energies):.4g}"),
        ]
    )
