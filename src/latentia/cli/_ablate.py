"""``latentia ablate``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._ablations import Codes, codes_of, drawn, lesson, panels, swept, table
from latentia.cli._csv import write_columns
from latentia.cli._options import (
    DATA,
    MODEL,
    OUTPUT,
    TRAINING,
    ArrayName,
    Data,
    Hidden,
    LabelName,
    LearningRate,
    Quiet,
    Rows,
    Seed,
    at_least,
    hidden_sizes,
)
from latentia.cli._runs import new_run
from latentia.cli._show import remark, show
from latentia.cli._sources import load
from latentia.cli._wording import in_options

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from latentia.evaluation import Ablation

_STEPS = 3_000
_BATCH = 128


def ablate(
    data: Annotated[Data, Parameter(group=DATA)],
    /,
    *,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    latent: Annotated[int, Parameter(group=MODEL), at_least(2)] = 2,
    hidden: Annotated[Hidden, Parameter(show_default="256")] = None,
    betas: Annotated[str, Parameter(group=MODEL)] = "0.01,0.1,1,4,16",
    epochs: Annotated[int | None, Parameter(group=TRAINING), at_least(1)] = None,
    learning_rate: Annotated[LearningRate, Parameter(show_default="0.001")] = None,
    seed: Seed = 0,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"), group=OUTPUT)] = None,
    quiet: Quiet = False,
) -> None:
    """Take a variational autoencoder apart: train it without each part of its loss, and compare.

    The loss is a reconstruction and beta times a divergence from the prior, both in nats. The same
    networks are trained by the full bound; without the divergence, when posteriors should shrink to
    points and fly apart until the model is a deterministic autoencoder (which is trained too, to
    compare); without the reconstruction, when every posterior becomes the prior and no dimension of
    the code is active; and with every weight beta, which trades rate (KL) for distortion.

    The decoder's scale is fixed, because a learned one takes back what beta changes: for a normal
    likelihood the variance is what the best linear code of that size (PCA) leaves of a feature.
    Data of zeros and ones have a Bernoulli likelihood.

    The table says of the examples that were learned from, scaled: the divergence and the distortion
    (minus the log-likelihood) in nats, how many dimensions of the code are active, the variance of
    the posteriors, and how far from 0 the farthest code lies.

    The folder gets ablations.png, each posterior as an ellipse of one standard deviation;
    rate_distortion.png; and the numbers, ablations.csv and ablations.json.

    Parameters
    ----------
    latent : int
        Dimensions of the code; of more than 2, the two that vary most are drawn.
    betas : str
        Weights of the divergence to sweep, such as 0.1,1,10.
    epochs : int
        Passes over the data in each run; by default what makes about 3,000 steps.
    out : Path
        Folder for the results, where files of these names are replaced; by default a new one in
        runs/, named after the data.

    Examples
    --------
        latentia ablate digits
        latentia ablate patients.csv --label outcome --betas 0.1,1,10 --out runs/prices
    """
    from latentia import artifacts, plotting

    weights = _weights(betas)
    parameters: dict[str, Any] = {
        "n_components": latent,
        "hidden_layer_sizes": hidden_sizes(hidden),
        "learning_rate": learning_rate,
        "max_iter": epochs,
    }
    folder = new_run(out, True, Path(data).resolve().stem, "ablations")
    dataset = load(data, x=x, y=label, n=rows, seed=seed)
    if len(dataset) < 2:
        raise ValueError(
            f"{dataset.name}: the data has 1 row; at least 2 are needed to learn from."
        )
    if not folder.is_dir():
        artifacts.check_writable(folder)
    print(
        f"{dataset.name}: {counted(len(dataset), 'example')}, {dataset.schema.describe()}\n",
        flush=True,
    )
    given = {name: value for name, value in parameters.items() if value is not None}
    results, codes = _run_all(dataset.X, weights, seed, given, quiet)
    show(table(results))
    print()
    show([(lesson(results, weights),)])
    print()
    sweep = swept(results, weights)
    curve = plotting.rate_distortion(
        [r.kl for r in sweep], [r.reconstruction for r in sweep], [r.beta for r in sweep]
    )
    y = dataset.y if dataset.y is None or dataset.y.ndim == 1 else None
    _write(folder, seed, results, {"ablations": panels(codes, y), "rate_distortion": curve})
    show([("pictures and numbers", folder)])


def _run_all(
    X: np.ndarray, betas: list[float], seed: int, given: Mapping[str, Any], quiet: bool
) -> tuple[list[Ablation], dict[str, Codes]]:
    """Train and measure every run, each from the same seed."""
    from latentia import VAE, evaluation

    default = {"n_components": 2, "max_iter": math.ceil(_STEPS / math.ceil(len(X) / _BATCH))}
    settings = {**default, "batch_size": _BATCH, "random_state": seed, "verbose": False, **given}
    likelihood = evaluation.fixed_likelihood(X, settings["n_components"])
    results, codes = [], {}
    runs = evaluation.ablations(betas)
    for i, (run, parameters) in enumerate(runs.items()):
        if not quiet:
            remark(f"{i + 1} of {len(runs)}: {run}")
        with in_options():
            model = VAE(likelihood=likelihood, **settings, **parameters).fit(X)
        if model.history_.stopped == "interrupted":
            raise KeyboardInterrupt  # one run alone compares to nothing
        results.append(evaluation.ablation(model, X, run=run))
        if run in drawn():
            codes[run] = codes_of(model, X)
    return results, codes


def _write(
    folder: Path, seed: int, results: list[Ablation], pictures: Mapping[str, Figure]
) -> None:
    from latentia import reports

    folder.mkdir(parents=True, exist_ok=True)
    records = [{**asdict(r), "seed": seed} for r in results]
    text = json.dumps(records, indent=2, allow_nan=False) + "\n"
    files = {"ablations.json": text.encode()}
    files |= {f"{name}.png": reports.png(figure) for name, figure in pictures.items()}
    for name, content in files.items():
        write_whole(folder / name, partial(_put, content))
    columns = {name: [record[name] for record in records] for name in records[0]}
    write_columns(folder / "ablations.csv", columns)


def _put(content: bytes, stream: BinaryIO) -> int:
    return stream.write(content)


def _weights(text: str) -> list[float]:
    """Read ``--betas``: different weights, the smallest first."""
    try:
        weights = sorted({float(part) for part in text.split(",")})
    except ValueError:
        weights = [math.nan]
    if len(weights) < 2 or not all(weight >= 0 and math.isfinite(weight) for weight in weights):
        raise ValueError(
            f"--betas {text!r} must be two different numbers or more, none below 0, with commas, "
            "such as 0.1,1,10."
        )
    return weights
