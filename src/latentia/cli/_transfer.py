"""``latentia transfer``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from latentia._text import counted
from latentia.cli._comparison import compare, kind_of, show_results, split
from latentia.cli._interruption import keep_finished_passes
from latentia.cli._options import (
    DATA,
    MODEL,
    ArrayName,
    Data,
    Epochs,
    Hidden,
    LabelName,
    LearningRate,
    OutFolder,
    Overwrite,
    Quiet,
    Rows,
    Run,
    Seed,
    hidden_sizes,
)
from latentia.cli._runs import memory_of, model_of, new_run, read_for
from latentia.cli._show import show
from latentia.cli._sources import is_same
from latentia.cli._wording import in_options

if TYPE_CHECKING:
    from latentia.data import Dataset

_FREEZE = {"all": True, "none": False}
_RATES = "0.01 for a head alone, 0.001 where the encoder learns too"


def transfer(
    run: Run,
    data: Data,
    /,
    *,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    test_share: Annotated[float, Parameter(group=DATA, validator=Number(gt=0, lt=1))] = 0.2,
    head: Annotated[Literal["auto", "classifier", "regressor"], Parameter(group=MODEL)] = "auto",
    freeze: Annotated[str, Parameter(group=MODEL)] = "all",
    hidden: Annotated[Hidden, Parameter(show_default="none")] = None,
    epochs: Epochs = None,
    learning_rate: Annotated[LearningRate, Parameter(show_default=_RATES)] = None,
    seed: Seed = 0,
    out: OutFolder = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Learn to predict labels from a model's codes, and say how well that goes.

    A share of the data is held out to test on. Beside the result stands what a linear model gets
    from the codes as they are now, from the data themselves, from as many codes of the best linear
    code (PCA), and without looking at the examples at all. Of the rest, a tenth says when training
    should stop.

    Parameters
    ----------
    test_share : float
        Share of the examples to test on, in (0, 1).
    head : str
        What labels are: classifier for classes, regressor for measurements; auto looks at them.
    freeze : str
        What of the encoder stays as it is: all, none, or a number of its first layers, from 0 (the
        same as none) to as many as it has.

    Examples
    --------
        latentia transfer runs/digits-vae-2 digits
        latentia transfer runs/digits-vae-2 digits --freeze none --hidden 64 --epochs 50
        latentia transfer runs/patients-vae-5 patients.csv --label outcome --out runs/outcome
    """
    from latentia import artifacts

    model = model_of(run)
    frozen = _frozen(freeze)
    parameters: dict[str, Any] = {
        "freeze": frozen,
        "hidden_layer_sizes": hidden_sizes(hidden) or (),
        "max_iter": epochs,
        "learning_rate": learning_rate,
    }
    folder = new_run(out, overwrite, run.resolve().name, "transfer")
    dataset, request = read_for(run, data, x, label, rows)
    if dataset.y is None:
        raise ValueError(f"{dataset.name} has no labels; name their column or array by --label.")
    kind = kind_of(dataset.y, head)
    parts = split(dataset.X, dataset.y, kind, test_share, seed)
    artifacts.check_writable(folder)
    with in_options():
        predictor = model.transfer(
            kind,
            early_stopping=True,
            random_state=seed,
            verbose=not quiet,
            **{name: value for name, value in parameters.items() if value is not None},
        )
        predictor.fit(parts.X, parts.y)
    keep_finished_passes(predictor)
    results = compare(predictor, model, parts, kind)
    numbers = {
        "data": {
            "name": dataset.name,
            "what": dataset.schema.describe().splitlines()[0],
            "columns": dataset.schema.names,
            "n_available": len(dataset),
            **request,
        },
        "transfer": {
            "predicts": request["y"] or "the labels",
            "classes": [str(c) for c in getattr(predictor, "classes_", ())],
            "epochs": predictor.n_iter_,
            "stopped": predictor.history_.stopped,
            "n_train": len(parts.y),
            "n_test": len(parts.y_test),
            "results": results,
        },
    }
    files = {
        "history.csv": predictor.history_.to_csv(),
        "metrics.json": json.dumps(numbers, indent=2) + "\n",
    }
    artifacts.save(predictor, folder, files)
    print(f"{type(predictor).__name__}: {counted(len(parts.y), 'example')} to learn from")
    print(_seen(run, dataset, request), end="")
    if predictor.history_.stopped == "finished":
        passes = counted(predictor.n_iter_, "pass", "passes")
        print(f"Training ended after {passes}, still improving; more --epochs may do better.")
    print()
    show_results(results)
    print()
    show([("model", folder)])


def _seen(run: Path, dataset: Dataset, request: dict[str, Any]) -> str:
    """Say what the encoder has seen of the examples held out, where that is known."""
    memory = memory_of(run)
    alike = all(request[name] == memory.get(name) for name in ("x", "seed"))
    n = memory.get("n_available")
    if not alike or not isinstance(n, int) or not is_same(request["spec"], memory.get("spec")):
        return ""
    # Both took the first rows of the same data.
    those = "those" if len(dataset) <= n else "some of those"
    return f"The encoder has seen {those} held out too, without their labels.\n"


def _frozen(text: str) -> bool | int:
    if text in _FREEZE:
        return _FREEZE[text]
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f"--freeze {text!r} must be all, none, or a number of the encoder's first layers."
        ) from None
