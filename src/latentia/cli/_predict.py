"""``latentia predict``."""

from __future__ import annotations

from latentia._text import counted
from latentia.cli._csv import write_columns
from latentia.cli._options import ArrayName, CsvFile, Data, LabelName, Predictor, Rows
from latentia.cli._runs import dataset_of, predictor_of


def predict(
    run: Predictor,
    data: Data,
    /,
    *,
    out: CsvFile,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
) -> None:
    """Write the predicted label of each example to a .csv file.

    Classes come with the probability of each. Labels that
    the data have are left out.

    Examples
    --------
        latentia predict runs/digits-vae-2-transfer digits --out predictions.csv
        latentia predict runs/patients-transfer new.csv --out predictions.csv
    """
    from latentia.estimators import TransferRegressor

    predictor = predictor_of(run)
    dataset = dataset_of(run, data, x, label, rows)
    columns = {"prediction": predictor.predict(dataset.X)}
    if not isinstance(predictor, TransferRegressor):
        names = (f"p({name})" for name in predictor.classes_)
        columns |= zip(names, predictor.predict_proba(dataset.X).T, strict=True)
    write_columns(out, columns)
    print(f"{out}: {counted(len(dataset), 'prediction')}")
