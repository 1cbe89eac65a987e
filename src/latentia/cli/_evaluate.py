"""``latentia evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._options import DATA, ArrayName, JsonFile, LabelName, Rows, Run
from latentia.cli._runs import dataset_of, model_of
from latentia.cli._show import show_numbers

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator
    from latentia.evaluation import LikelihoodReport


def evaluate(
    run: Run,
    /,
    *,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    draws: int | None = None,
    out: JsonFile = None,
) -> None:
    """Measure a model on data: reconstruction, likelihood, codes, and what labels read from them.

    Beside every number stands what the best linear code of the same size (PCA), or the data
    themselves, would give. Data that the model has not seen give the honest numbers.

    Parameters
    ----------
    on : str
        A built-in name or a path; without it, what the model was fitted on.
    draws : int
        Estimate log p(x) of every example too, by importance sampling with so many draws of its
        code. 5,000 are customary, and some CPU minutes for 10,000 small images.

    Examples
    --------
        latentia evaluate runs/digits-vae-2
        latentia evaluate runs/patients-vae-5 --on new.csv --label outcome --out numbers.json
        latentia evaluate runs/mnist-vae-20 --on test.npz --draws 5000
    """
    import json

    from latentia import reports

    dataset = dataset_of(run, on, x, label, rows)
    model = model_of(run)
    found = None if draws is None else _likelihood(model, dataset, draws)
    metrics = reports.metrics(model, dataset)
    measured = metrics["data"]
    print(
        f"{run} on {measured['n_examples']:,} of "
        f"{counted(measured['n_available'], 'example')} of "
        f"{dataset.name}\n"
    )
    show_numbers(metrics)
    if found is not None:
        metrics["log_likelihood"] = _numbers(found)
        print(
            f"\nAll {counted(len(found.log_likelihoods), 'example')}, in nats an example:\n{found}"
        )
    if out is not None:
        text = json.dumps(metrics, indent=2, allow_nan=False) + "\n"
        write_whole(out, lambda stream: stream.write(text.encode()))
        print(f"\n{out}: all the numbers")


def _likelihood(model: LatentEstimator, dataset: Dataset, draws: int) -> LikelihoodReport:
    from latentia import evaluation
    from latentia.training import Progress

    total = len(dataset) * draws
    progress = Progress(total)
    conditions = () if model.conditions_ is None else dataset.y
    try:
        return evaluation.likelihood(
            model,
            dataset.X,
            conditions,
            n_samples=draws,
            n_importance=min(50, draws),
            report=lambda done, _: progress.update(done),
        )
    finally:
        progress.close()


def _numbers(found: LikelihoodReport) -> dict[str, Any]:
    averages = {
        "evidence_lower_bound": found.elbo,
        f"bound_of_{found.n_importance}_draws": found.importance_weighted,
        "log_likelihood": found.log_likelihood,
    }
    return {
        **{name: average._asdict() for name, average in averages.items()},
        "bits_per_dimension": found.bits_per_dimension,
        "n_samples": found.n_samples,
        "share_untrusted": found.share_untrusted,
    }
