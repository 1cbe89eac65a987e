"""``latentia denoise``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentia.cli._given import labels_for
from latentia.cli._options import ArrayName, Data, LabelName, OutFile, Processes, Resume, Rows, Run
from latentia.cli._runs import model_of
from latentia.cli._show import remark
from latentia.cli._through import Through, columns_of, write_through

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def denoise(
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
    """Write each example as it may have been before it was spoilt.

    It works for a model that was fitted with a `--corruption` like the damage of the data. The data
    are taken as they are: no corruption is added here.

    Examples
    --------
        latentia fit digits --model denoising-autoencoder --latent 32
        latentia denoise runs/digits-denoising-autoencoder-32 scans.npy --out clean.npy
    """
    write_through(Through(_denoised, columns_of, run, data, x, label, rows), out, processes, resume)
    # The layers of a stack have corruptions of their own.
    settings = model_of(run).get_params().items()
    if all(value is None for name, value in settings if name.split("__")[-1] == "corruption"):
        remark("the model was fitted without a --corruption; it has not learned to repair.")


def _denoised(model: LatentEstimator, dataset: Dataset) -> np.ndarray:
    return model.denoise(dataset.X, labels_for(model, dataset))
