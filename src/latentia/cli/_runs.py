"""Folders of runs: where a new one goes, and what an old one remembers of its data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentia.cli._show import remark
from latentia.cli._sources import is_here, is_same, load, load_with_label

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator, SemiSupervisedVAE, Transferred

_RUNS = Path("runs")
_NUMBERS = "metrics.json"
_REMEMBERED = ("x", "y", "n", "seed")
_NOTHING: dict[str, Any] = {"x": None, "y": None, "n": None, "seed": 0}
_KINDS = {"spec": str, "x": str, "y": str, "n": int, "seed": int, "columns": list, "range": list}


def new_run(out: Path | None, overwrite: bool, *parts: object) -> Path:
    """Return the folder for a new run: `out`, or a free name made of the parts.

    Raises
    ------
    ValueError
        If `out` holds a model and may not be overwritten.
    """
    from latentia import artifacts

    if out is None:
        return next(folder for folder in _folders(parts) if not folder.exists())
    if (out / "config.json").exists() and not overwrite:
        raise ValueError(
            f"{out} holds a model already; add --overwrite to replace it, or choose another --out."
        )
    if artifacts.checkpoints_of(out).exists() and not overwrite:
        raise ValueError(
            f"{out} holds a run that was stopped; go on with it by latentia fit --resume {out}, or "
            "add --overwrite to start anew."
        )
    return out


def last_run(out: Path | None, *parts: object) -> Path | None:
    """Return the folder that :func:`new_run` has given last for the same, if it is there."""
    if out is not None:
        return out
    return next(reversed(list(takewhile(Path.exists, _folders(parts)))), None)


def _folders(parts: Iterable[object]) -> Iterator[Path]:
    name = "-".join(re.sub(r"[^\w.-]+", "-", str(part)) for part in parts)
    return (_RUNS / (name if i == 1 else f"{name}-{i}") for i in count(1))


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


def predictor_of(run: Path) -> Transferred | SemiSupervisedVAE:
    """Load a predictor of labels.

    Raises
    ------
    ValueError
        If it is a model of examples without labels, or no model can be read.
    """
    from latentia import artifacts
    from latentia.estimators import SemiSupervisedVAE, Transferred

    model = artifacts.load(run)
    if not isinstance(model, Transferred | SemiSupervisedVAE):
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
        What helps a run whose data are not known, or not here.

    Raises
    ------
    ValueError
        If there is no `spec` and the run remembers none, if the data cannot be read, or if its
        columns are not those of the run.
    """
    return read_for(run, spec, x, y, rows, ask)[0]


def read_for(
    run: Path,
    spec: str | None,
    x: str | None,
    y: str | None,
    rows: int | None,
    ask: str = "name some with --on",
) -> tuple[Dataset, dict[str, Any]]:
    """Load data as `dataset_of` does, and return with them what was asked for in the end."""
    memory = memory_of(run)
    named = spec is not None
    spec = spec if named else memory.get("spec")
    if spec is None:
        raise ValueError(f"{run} does not remember its data; {ask}.")
    if not named and not is_here(spec):
        raise ValueError(f"{run} was fitted on {spec}, which is not here; {ask}.")
    asked = {name: value for name, value in (("x", x), ("y", y), ("n", rows)) if value is not None}
    same = is_same(spec, memory.get("spec"))
    remembered = {name: memory.get(name) for name in _REMEMBERED} if same else _NOTHING
    request: dict[str, Any] = {**remembered, **asked}
    if y is None:
        # Another table may have the column of the labels too; they are no feature there either.
        dataset, request["y"] = load_with_label(spec, **request | {"y": memory.get("y")})
    else:
        dataset = load(spec, **request)
    if named and rows is None and request["n"] is not None:
        first = f"the first {request['n']:,} rows of {dataset.name}"
        remark(f"{first} are taken, as in fit; --rows takes more.")
    _check_columns(dataset, memory.get("columns"))
    return dataset, {"spec": spec, **request}


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
