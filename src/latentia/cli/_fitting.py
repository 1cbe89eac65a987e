"""What `fit` and `tune` do with data and an estimator: read, train, write, and tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentia._text import counted
from latentia.cli._doctor import remark_findings
from latentia.cli._interruption import keep_finished_passes
from latentia.cli._several import is_first
from latentia.cli._show import remark, show, show_numbers
from latentia.cli._sources import load
from latentia.cli._wording import in_options
from latentia.errors import ArtifactError, OutOfMemoryError, TrainingDivergedError

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def examples_of(source: Mapping[str, Any], folder: Path | None) -> Dataset:
    """Load what is to be learned from, and say what it is, if what follows can be written.

    Raises
    ------
    ValueError
        If the data cannot be read or hold one example, or the folder cannot be written.
    """
    from latentia import artifacts

    dataset = load(**source)
    if len(dataset) < 2:
        raise ValueError(
            f"{dataset.name}: the data has 1 row; at least 2 are needed to learn from."
        )
    if folder is not None:
        artifacts.check_writable(folder)
    print(
        f"{dataset.name}: {counted(len(dataset), 'example')}, {dataset.schema.describe()}",
        flush=True,
    )
    return dataset


def train(estimator: LatentEstimator, dataset: Dataset, folder: Path) -> None:
    """Fit an estimator; where that fails, leave its last good weights in the folder."""
    from latentia import artifacts

    try:
        with in_options():
            estimator.fit(dataset.X, dataset.y)
    except (TrainingDivergedError, OutOfMemoryError):
        if is_first() and estimator.history_.kept > 0 and not artifacts.is_model(folder):
            artifacts.save(estimator, folder, {"history.csv": estimator.history_.to_csv()})
            remark(f"{folder} keeps the last good weights.")
        raise
    keep_finished_passes(estimator)


def finish(
    estimator: LatentEstimator,
    dataset: Dataset,
    source: Mapping[str, Any],
    folder: Path,
    extra_files: Mapping[str, bytes | str] | None = None,
) -> None:
    """Write a fitted estimator with its report and further files, and tell how well it did."""
    from latentia import artifacts, reports

    extra_files = extra_files or {}
    # Whatever becomes of the report, the model is safe, and what was stopped can go on.
    artifacts.save(estimator, folder, extra_files, keep_checkpoints=True)
    files = {**reports.run_files(estimator, dataset, source), **extra_files}
    interrupted = estimator.history_.stopped == "interrupted"
    try:
        artifacts.save(estimator, folder, files, keep_checkpoints=interrupted)
    except ArtifactError as error:
        raise ArtifactError(f"the model lies in {folder}, but not its report: {error}") from error
    _tell(json.loads(files["metrics.json"]), folder)


def _tell(metrics: dict[str, Any], folder: Path) -> None:
    chosen = metrics["model"]
    fitted_by = "likelihood" if chosen["norm"] is None else "norm"
    print(
        f"{chosen['estimator']}: {counted(chosen['n_components'], 'code')}, "
        f"{fitted_by} {chosen[fitted_by]}, scaling {chosen['scaling']}, "
        f"{counted(chosen['n_parameters'], 'weight')}\n"
    )
    show_numbers(metrics)
    print()
    show(
        [
            ("model", folder),
            ("pictures", folder / "pictures"),
            ("report", folder / "report.html"),
        ]
    )
    remark_findings(metrics, folder)
