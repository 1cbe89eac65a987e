"""``latentia anomalies``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from cyclopts.validators import Path as PathRule

from latentia._files import write_whole
from latentia.cli._csv import write_columns
from latentia.cli._options import OUTPUT, ArrayName, CsvFile, LabelName, Rows, Run
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._show import show

if TYPE_CHECKING:
    import numpy as np

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

    The energy of an example is what training made small, in nats: the higher, the more unusual. The
    file has a row for each example, counted from 1 as in the data, with its energy, and -1 for an
    outlier or 1. Labels of two classes are taken as the truth, the rarer class being the outliers,
    and measure how well the energies rank them.

    Parameters
    ----------
    data : str
        A built-in name or a path; without it, what the model was fitted on.
    contamination : float
        Share of these examples that are outliers, in (0, 0.5]; without it, outliers have a higher
        energy than nine tenths of the data that the model was fitted on.
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
    energies = np.asarray(model.energy(dataset.X))
    threshold = -model.offset_
    if contamination is not None:
        threshold = float(np.percentile(energies, 100 * (1 - contamination)))
    outliers = energies > threshold
    columns = {
        "row": range(1, len(energies) + 1),
        "energy": energies,
        "outlier": np.where(outliers, -1, 1),
    }
    if picture is not None:
        _draw(picture, energies, threshold)
    write_columns(out, columns)
    print(f"{out}: {outliers.sum():,} outliers of {len(energies):,} examples\n")
    most = np.argsort(-energies, kind="stable")[:_SHOWN]
    unusual = (
        (row + 1, f"{energies[row]:.4g}", "outlier" if outliers[row] else "") for row in most
    )
    show([("row", "energy", ""), *unusual])
    agreement = _agreement(energies, dataset.y)
    if agreement:
        print()
        show(agreement)


def _draw(picture: Path, energies: np.ndarray, threshold: float) -> None:
    from latentia import plotting, reports

    image = reports.png(plotting.energies(energies, threshold))
    write_whole(picture, lambda stream: stream.write(image))


def _agreement(energies: np.ndarray, y: np.ndarray | None) -> list[tuple[str, str]]:
    """Return how well energies rank the rarer of two classes; nothing for other labels."""
    import numpy as np
    from sklearn.metrics import average_precision_score, roc_auc_score

    if y is None or y.ndim != 1:
        return []
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) != 2:
        return []
    truth = y == classes[counts.argmin()]
    return [
        ("taken as outliers", f"label {classes[counts.argmin()]}, {truth.mean():.1%}"),
        ("area under the ROC curve", f"{roc_auc_score(truth, energies):.4g}"),
        ("average precision", f"{average_precision_score(truth, energies):.4g}"),
    ]
