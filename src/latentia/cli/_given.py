"""What a conditional model is given: the labels of the data, or what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator


def labels_for(model: LatentEstimator, dataset: Dataset) -> Any:
    """Return the labels of the data, which a model with a condition needs.

    Raises
    ------
    ValueError
        If it needs them and there are none.
    """
    if _needs_condition(model) and dataset.y is None:
        raise ValueError(
            f"{dataset.name} has no labels, and this model is conditioned on them; name their "
            "column or array by --label."
        )
    return dataset.y


def typed_condition(model: LatentEstimator, text: str | None, option: str) -> Any:
    """Return what was typed as one row of what the model is conditioned on; None stays None.

    Parameters
    ----------
    model : estimator
        Fitted.
    text : str or None
        A label or a number, or several with commas, one for each column of the condition.
    option : str
        Where it was typed, for the message.

    Raises
    ------
    ValueError
        If the model has no condition, needs one, or has another.
    """
    columns = () if model.conditions_ is None else model.conditions_.columns
    if text is None:
        return None
    if not columns:
        raise ValueError(f"{option} {text!r}: this model has no condition; drop it.")
    parts = text.split(",") if len(columns) > 1 else [text]
    if len(parts) != len(columns):
        raise ValueError(
            f"{option} {text!r} must hold {len(columns)} values with commas: "
            f"{', '.join(column.name for column in columns)}."
        )
    pairs = zip(columns, parts, strict=True)
    return [[_read(column, part.strip(), option) for column, part in pairs]]


def check_condition(model: LatentEstimator, text: str | None, option: str) -> None:
    """Refuse a command without ``option`` where the model needs it.

    Raises
    ------
    ValueError
    """
    if text is None and model.conditions_ is not None and _needs_condition(model):
        example = ",".join(_example(column) for column in model.conditions_.columns)
        raise ValueError(
            f"This model is conditioned on labels; say which, as in {option} {example}."
        )


def _needs_condition(model: LatentEstimator) -> bool:
    from sklearn.base import is_classifier

    # A classifier finds the labels by itself.
    return model.conditions_ is not None and not is_classifier(model)


def _read(column: Any, text: str, option: str) -> Any:
    from latentia._names import lookup

    classes = getattr(column, "classes", None)
    if classes is not None:
        return lookup({str(label): label for label in classes}, text, option)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{option} {text!r} must be a number: {column.name}.") from None


def _example(column: Any) -> str:
    return str(column.classes[0]) if hasattr(column, "classes") else f"{column.mean:.3g}"
