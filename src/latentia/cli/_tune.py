"""``latentia tune``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from latentia._text import counted
from latentia.cli._csv import csv_text
from latentia.cli._estimator import estimator_of
from latentia.cli._fitting import examples_of, finish, train
from latentia.cli._options import (
    MODEL,
    OUTPUT,
    TRAINING,
    ArrayName,
    Data,
    Epochs,
    LabelName,
    OutFolder,
    Overwrite,
    Quiet,
    Rows,
    Seed,
    at_least,
)
from latentia.cli._runs import new_run
from latentia.cli._search import read_search
from latentia.cli._show import show
from latentia.cli._wording import OPTIONS, in_options

if TYPE_CHECKING:
    from optuna import Study

_SHOWN = 5
_OPTIONS = OPTIONS | {"storage": "--storage", "study_name": "--study"}


def tune(
    data: Data,
    /,
    *,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    model: Annotated[str, Parameter(name=("--model", "--recipe"), group=MODEL)] = "vae",
    search: Annotated[
        list[str] | None,
        Parameter(group=MODEL, consume_multiple=True, show_default=False),
    ] = None,
    trials: Annotated[int, Parameter(group=TRAINING), at_least(0)] = 20,
    minutes: Annotated[float | None, Parameter(group=TRAINING, validator=Number(gt=0))] = None,
    objective: Annotated[str, Parameter(group=TRAINING)] = "auto",
    epochs: Epochs = None,
    seed: Seed = 0,
    device: Annotated[str | None, Parameter(group=TRAINING, show_default="auto")] = None,
    storage: Annotated[str | None, Parameter(group=OUTPUT)] = None,
    study: Annotated[str | None, Parameter(group=OUTPUT)] = None,
    search_only: Annotated[bool, Parameter(group=OUTPUT)] = False,
    out: OutFolder = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Search for the options that do best on held-out data, and fit the best model.

    Every trial trains a model on nine tenths of the data and is judged on the same other tenth; one
    whose loss is above the median of the others after as many passes is ended. The same seed finds
    the same. Ctrl-C ends the search, and goes on with the best so far.

    The folder gets what `fit` writes for the best model; trials.csv and trials.json, the table of
    all trials; and pictures/trials.png: how the search went, and what mattered. Needs the extra
    latentia[tune].

    Parameters
    ----------
    model : str
        A name listed by `latentia models`.
    search : list
        What is searched, by the names of the options of `fit`: latent=2..32,
        learning-rate=1e-4..1e-2:log, prior=standard,vamp, hidden=64,256x128. One value is not
        searched but set: likelihood=bernoulli. By default the sizes of layers, the learning rate,
        the batch size, and the size of a code that has a price.
    trials : int
        Models to train; 0 fits the best one of a study that there is.
    minutes : float
        Start no trial after so many minutes.
    objective : str
        What a trial is judged by: validation_loss, where all trials have the same loss; score, a
        log-likelihood or its bound in nats; or reconstruction, minus the mean squared error in
        variances of the data. auto takes the first that compares the trials.
    device : str
        cpu, cuda, cuda:1 or mps; auto is cuda where there is one.
    storage : str
        Where Optuna keeps the study, such as sqlite:///study.db: the same command in several
        processes shares it, and a later one goes on with it.
    study : str
        Its name there; by default made of data and model.
    search_only : bool
        Fit no best model and write nothing but the study, as in all but one of several processes.

    Examples
    --------
        latentia tune digits --trials 30
        latentia tune digits --search latent=2..32 learning-rate=1e-4..1e-2:log prior=standard,vamp
        latentia tune patients.csv --label outcome --model beta-vae --search beta=0.5..8:log
        latentia tune digits --storage sqlite:///study.db --search-only
    """
    if study is not None and storage is None:
        raise ValueError(f"--study {study} needs --storage, such as sqlite:///study.db.")
    from latentia import tuning

    parameters = {
        "max_iter": epochs,
        "random_state": seed,
        "device": device,
        "verbose": not quiet,
    }
    given, space = read_search(search or (), model, parameters)
    with in_options():
        estimator = estimator_of(model, parameters | given)
    source: dict[str, Any] = {"spec": data, "x": x, "y": label, "n": rows, "seed": seed}
    name = Path(data).resolve().stem
    folder = None if search_only else new_run(out, overwrite, name, model, "tuned")
    dataset = examples_of(source, folder)
    default = {} if space else tuning.default_space(estimator, dataset.X)
    with in_options(_OPTIONS):
        found = tuning.tune(
            estimator,
            dataset.X,
            dataset.y,
            space=space or {key: value for key, value in default.items() if key not in given},
            n_trials=trials,
            timeout=None if minutes is None else 60 * minutes,
            objective=objective,
            refit=False,
            storage=storage,
            study_name=study or f"{name}-{model}",
        )
    _tell(found.study)
    if folder is not None:
        train(found.best_estimator, dataset, folder)
        finish(found.best_estimator, dataset, source, folder, _files(found.study))


def _tell(study: Study) -> None:
    from latentia import tuning

    rows = tuning.records(study)
    states = [row["state"] for row in rows]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    objective = study.user_attrs["objective"]
    print(f"{counted(len(rows), 'trial')}: {counts}\n")
    sign = 1 if study.direction.name == "MINIMIZE" else -1
    done = [row for row in rows if row["state"] == "complete"]
    best = sorted(done, key=lambda row: sign * row["value"])[:_SHOWN]
    names = list(study.best_params)
    show(
        [
            ("trial", objective.replace("_", " "), *(OPTIONS.get(n, n) for n in names)),
            *((r["trial"], f"{r['value']:.5g}", *(_short(r[n]) for n in names)) for r in best),
        ]
    )
    print()
    shares = tuning.importances(study)
    if shares:
        text = ", ".join(f"{OPTIONS.get(n, n)} {share:.0%}" for n, share in shares.items())
        print(f"what mattered: {text}\n")


def _files(study: Study) -> dict[str, bytes | str]:
    from latentia import plotting, reports, tuning

    rows = tuning.records(study)
    shares = tuning.importances(study)
    told = {
        "study": study.study_name,
        "direction": study.direction.name.lower(),
        **study.user_attrs,
        "best_trial": study.best_trial.number,
        "importances": shares,
        "trials": rows,
    }
    figure = plotting.trials(
        [float("nan") if row["value"] is None else row["value"] for row in rows],
        shares,
        pruned=[row["state"] == "pruned" for row in rows],
        maximize=study.direction.name == "MAXIMIZE",
        label=study.user_attrs["objective"].replace("_", " "),
    )
    return {
        "trials.csv": csv_text({name: [row[name] for row in rows] for name in rows[0]}),
        "trials.json": json.dumps(told, indent=2, default=str) + "\n",
        "pictures/trials.png": reports.png(figure),
    }


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
