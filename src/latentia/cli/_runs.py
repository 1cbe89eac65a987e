"""Folders of runs: where a new one goes, and what an old one remembers of its data."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator, Transferred

_RUNS = Path("runs")
_NUMBERS = "metrics.json"
_REMEMBERED = ("x", "y", "n", "seed")
_KINDS = {"spec": str, "x": str, "y": str, "n": int, "seed": int, "columns": list, "range": list}


def new_run(out: Path | None, overwrite: bool, *parts: object) -> Path:
    """Return the folder for a new run: `out`, or a free name made of the parts.

    Raises
    ------
    ValueError
        If `out` holds a model and may not be overwritten.
    """
    if out is None:
        name = "-".join(re.sub(r"[^\w.-]+", "-", str(part)) for part in parts)
        names = (name if i == 1 else f"{name}-{i}" for i in count(1))
        return next(_RUNS / name for name in names if not (_RUNS / name).exists())
    if (out / "config.json").exists() and not overwrite:
        raise ValueError(
            f"{out} holds a model already; add --overwrite to replace it, or choose another --out."
        )
    return out


def model_of(run: Path) -> LatentEstimator:
    """Load a model of examples.

    Raises
    ------
    ValueError
        If it is a predictor of labels, or no model can be read.
    """
    from latentia import artifacts
    from latentia.estimators import LatentEstimator

    model = artifacts.load(run)
    if not isinstance(model, LatentEstimator):
        raise ValueError(
            f"{run} holds a model of type {type(model).__name__}, which predicts labels only; use "
            f"latentia predict {run}, or the run that it was made of."
        )
    return model


def predictor_of(run: Path) -> Transferred:
    """Load a predictor of labels.

    Raises
    ------
    ValueError
        If it is a model of examples, or no model can be read.
    """
    from latentia import artifacts
    from latentia.estimators import Transferred

    model = artifacts.load(run)
    if not isinstance(model, Transferred):
        raise ValueError(
            f"{run} holds a model of type {type(model).__name__}, which has learned no labels; "
            f"make a predictor of it with latentia transfer {run}, or use encode or anomalies."
        )
    return model


def dataset_of(
    run: Path,
    spec: str | None,
    x: str | None,
    y: str | None,
    rows: int | None,
    ask: str = "name some with --on",
) -> Dataset:
    """Load data for a run; what it was fitted on is read again as it was read then.

    Parameters
    ----------
    run : Path
        A model folder.
    spec : str or None
        A built-in name or a path; None is what the run was fitted on.
    x, y : str or None
        Arrays or label column by name.
    rows : int or None
        How many examples.
    ask : str
        What helps a run that remembers no data.

    Raises
    ------
    ValueError
        If there is no `spec` and the run remembers none, if the data cannot be read, or if its
        columns are not those of the run.
    """
    from latentia import data

    request = request_of(run, spec, x, y, rows)
    if request["spec"] is None:
        raise ValueError(f"{run} does not remember its data; {ask}.")
    dataset = data.load(request.pop("spec"), **request)
    _check_columns(dataset, memory_of(run).get("columns"))
    return dataset


def request_of(
    run: Path, spec: str | None, x: str | None, y: str | None, rows: int | None
) -> dict[str, Any]:
    """Return what data are asked for: what is said, and else what a run remembers of them."""
    memory = memory_of(run)
    asked = {name: value for name, value in (("x", x), ("y", y), ("n", rows)) if value is not None}
    spec = memory.get("spec") if spec is None else spec
    same = spec == memory.get("spec")
    remembered = {name: memory.get(name) for name in _REMEMBERED} if same else {"seed": 0}
    return {"spec": spec, **remembered, **asked}


def numbers_of(run: Path) -> dict[str, Any]:
    """Return the metrics that a run wrote down, or an empty dict."""
    try:
        numbers = json.loads((run / _NUMBERS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise damaged(run, str(error)) from error
    if not isinstance(numbers, dict):
        raise damaged(run, f"it holds a {type(numbers).__name__}")
    return numbers


def memory_of(run: Path) -> dict[str, Any]:
    """Return what a run remembers of its data, or an empty dict."""
    memory = numbers_of(run).get("data") or {}
    if not isinstance(memory, dict):
        raise damaged(run, f"'data' is {memory!r}")
    for name, kind in _KINDS.items():
        value = memory.get(name)
        if not isinstance(value, kind | None):
            raise damaged(run, f"{name!r} is {value!r}")
    return memory


def damaged(run: Path, fault: str) -> ValueError:
    """Return the error that says what is wrong with the metrics of a run."""
    return ValueError(f"{run / _NUMBERS} is damaged ({fault}); delete it to go without.")


def _check_columns(dataset: Dataset, expected: list[str] | None) -> None:
    found = dataset.schema.names
    if expected is None or found is None or list(found) == expected:
        return
    faults = {
        "missing": [name for name in expected if name not in found],
        "unknown to the model": [name for name in found if name not in expected],
    }
    listed = "; ".join(f"{', '.join(names)} {fault}" for fault, names in faults.items() if names)
    raise ValueError(
        f"{dataset.name}: the columns are not those that the model was fitted on: "
        f"{listed or 'they are in another order'}. Give it {', '.join(expected)}."
    )
