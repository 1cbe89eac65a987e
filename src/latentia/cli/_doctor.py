"""``latentia doctor``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._options import DATA, ArrayName, JsonFile, LabelName, Rows, Run
from latentia.cli._runs import dataset_of, memory_of, model_of
from latentia.cli._show import remark, show
from latentia.cli._sources import is_here
from latentia.cli._wording import worded

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator

# At the end of another command; the rest is a command away.
_MOST_REMARKS = 2


def doctor(
    run: Run,
    /,
    *,
    on: Annotated[str | None, Parameter(group=DATA)] = None,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    out: JsonFile = None,
) -> None:
    """Say what went wrong in training, why it is likely so, and which option to change.

    It looks for codes that collapsed, are not used or cost too much, variances that explode or
    vanish, dead features and codewords, codes far from the prior, saturated likelihoods, features
    of other scales, models that copy, and those that know too little or too much of their data.

    Parameters
    ----------
    on : str
        Data that the model has not seen, a built-in name or a path, which show overfitting beside
        those that it was fitted on.

    Examples
    --------
        latentia doctor runs/digits-vae-2
        latentia doctor runs/patients-vae-5 --on new.csv --out doctor.json
    """
    import json
    from dataclasses import asdict

    from latentia.diagnosis import diagnose, measure

    model = model_of(run)
    seen, new = _data(run, on, x, label, rows)
    vitals = measure(
        model,
        seen.X,
        _condition(model, seen),
        held_out=None if new is None else new.X,
        held_out_y=None if new is None else _condition(model, new),
    )
    findings = [asdict(finding) for finding in diagnose(vitals)]
    beside = "" if new is None else f", beside {counted(len(new), 'example')} of {new.name}"
    print(f"{run} on {counted(vitals.n_examples, 'example')} of {seen.name}{beside}\n")
    show(vitals.rows())
    print()
    show_findings(findings)
    if out is not None:
        told = {"vitals": vitals.rows(), "findings": findings}
        text = json.dumps(told, indent=2, default=float) + "\n"
        write_whole(out, lambda stream: stream.write(text.encode()))
        print(f"\n{out}: all of it")


def show_findings(findings: Iterable[Mapping[str, Any]]) -> None:
    """Print what was found in the words of the command line, or that nothing was."""
    found = [(f["name"], worded(f"{f['cause']} {f['advice']}")) for f in findings]
    if found:
        show(found)
    else:
        print("no finding")


def remark_findings(metrics: Mapping[str, Any], run: Path) -> None:
    """Say on standard error what the metrics of a new run show to be wrong, if anything."""
    findings = (metrics.get("doctor") or {}).get("findings", [])
    for finding in findings[:_MOST_REMARKS]:
        remark(f"{finding['name']}: {worded(finding['advice'])}")
    if len(findings) > _MOST_REMARKS:
        n = counted(len(findings) - _MOST_REMARKS, "more finding")
        remark(f"{n}: latentia doctor {run}")


def _data(
    run: Path, on: str | None, x: str | None, label: str | None, rows: int | None
) -> tuple[Dataset, Dataset | None]:
    """Return what the run was fitted on, and other data; those alone where the first are gone."""
    if on is None:
        return dataset_of(run, None, x, label, rows), None
    new = dataset_of(run, on, x, label, rows)
    spec = memory_of(run).get("spec")
    if spec is None or not is_here(spec):
        remark("the data of the fit are not here, so overfitting cannot show.")
        return new, None
    return dataset_of(run, None, None, None, None), new


def _condition(model: LatentEstimator, dataset: Dataset) -> Any:
    return None if model.conditions_ is None else dataset.y
