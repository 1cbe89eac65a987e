"""``latentia score``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentia.cli._given import labels_for
from latentia.cli._options import ArrayName, Data, LabelName, OutFile, Processes, Resume, Rows, Run
from latentia.cli._through import Names, Through, write_through

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def score(
    run: Run,
    data: Data,
    /,
    *,
    out: OutFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    processes: Processes = 1,
    resume: Resume = False,
) -> None:
    """Write how probable the model finds each example, in nats: higher is more usual.

    The column is named after what it is: a log_likelihood_bound of a model with a prior, by 100
    draws of codes for each example, the reconstruction_log_likelihood of one without, or
    minus_energy where a norm or a penalty has part in it. The rows keep the order of the data.

    Examples
    --------
        latentia score runs/digits-vae-2 digits --out scores.csv
        latentia score runs/sky-vae-8 sky.npy --processes 4 --resume --out scores.npy
    """
    write_through(Through(_scores, _names, run, data, x, label, rows), out, processes, resume)


def _scores(model: LatentEstimator, dataset: Dataset) -> np.ndarray:
    return model.score_samples(dataset.X, labels_for(model, dataset))


def _names(model: LatentEstimator, dataset: Dataset) -> Names:
    return [model.score_kind_]
