"""What ``fit`` learned, as plain values and tensors, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from latentia.data import Affine
from latentia.estimators._latent import LatentEstimator
from latentia.training import History

_PLAIN = (
    "event_shape_",
    "feature_names_in_",
    "likelihood_",
    "n_features_in_",
    "n_iter_",
    "_seed",
)


def get_state(estimator: LatentEstimator) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return what a fitted estimator learned.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    values : dict
        Of plain Python values.
    tensors : dict of str to Tensor
        Weights and scaling, on the CPU.
    """
    check_is_fitted(estimator)
    values = {name: getattr(estimator, name) for name in _PLAIN if hasattr(estimator, name)}
    if "feature_names_in_" in values:
        values["feature_names_in_"] = values["feature_names_in_"].tolist()
    scaling = estimator.scaling_
    values["history"] = {
        "records": estimator.history_.records,
        "stopped": estimator.history_.stopped,
        "kept": estimator.history_.kept,
    }
    values["scaling"] = {"rule": scaling.rule, "n_constant": scaling.n_constant}
    tensors = {
        f"{part}.{name}": tensor.detach().cpu().contiguous()
        for part, module in {"model": estimator.model_, "scaling": scaling}.items()
        for name, tensor in module.state_dict().items()
    }
    return values, tensors


def set_state(
    estimator: LatentEstimator, values: dict[str, Any], tensors: dict[str, Tensor]
) -> None:
    """Make ``estimator`` fitted as the one whose :func:`get_state` this is."""
    plain = {name: value for name, value in values.items() if name in _PLAIN}
    if "feature_names_in_" in plain:
        plain["feature_names_in_"] = np.array(plain["feature_names_in_"], dtype=object)
    for name, value in plain.items():
        setattr(estimator, name, value)
    shift, scale = tensors["scaling.shift"], tensors["scaling.scale"]
    scaling = Affine(shift, scale, estimator.event_shape_, **values["scaling"])
    estimator.scaling_ = scaling.to(scale.dtype)
    estimator._assemble()
    weights = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    estimator.model_.to(scale.dtype).load_state_dict(weights)
    estimator.model_.eval()
    estimator.history_ = History(**values["history"])
    estimator.loss_curve_ = estimator.history_.curves()
