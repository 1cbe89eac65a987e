"""What ``fit`` learned, as plain values and tensors, and back."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from latentia.data import Affine
from latentia.estimators._conditions import Conditions
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._transferred import Transferred
from latentia.training import History, seeded

Values = dict[str, Any]
Tensors = dict[str, Tensor]

_PLAIN = (
    "class_prior_",
    "classes_",
    "event_shape_",
    "feature_names_in_",
    "likelihood_",
    "n_features_in_",
    "n_iter_",
    "offset_",
    "_seed",
)
_PLAIN_OF_TRANSFER = (
    "classes_",
    "feature_names_in_",
    "n_features_in_",
    "n_iter_",
    "target_mean_",
    "target_scale_",
    "_seed",
    "_single",
)
_ARRAYS = {"class_prior_", "classes_", "feature_names_in_", "target_mean_", "target_scale_"}


def get_state(estimator: LatentEstimator | Transferred) -> tuple[Values, Tensors]:
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
    if isinstance(estimator, Transferred):
        return _state_of_transfer(estimator)
    scaling, sampler = estimator.scaling_, estimator.sampler_
    values = _plain(estimator, _PLAIN)
    values["scaling"] = {"rule": scaling.rule, "n_constant": scaling.n_constant}
    if estimator.conditions_ is not None:
        values["conditions"] = estimator.conditions_.plain
    parts: dict[str, nn.Module | Affine] = {"model": estimator.model_, "scaling": scaling}
    if hasattr(estimator, "classifier_"):
        parts["classifier"] = estimator.classifier_
    if sampler is not estimator.model_.prior:
        values["sampler"] = partial(type(sampler), **getattr(sampler, "arguments", {}))
        parts["sampler"] = sampler
    return values, _tensors(parts)


def set_state(estimator: LatentEstimator | Transferred, values: Values, tensors: Tensors) -> None:
    """Make ``estimator`` fitted as the one whose :func:`get_state` this is."""
    if isinstance(estimator, Transferred):
        _set_state_of_transfer(estimator, values, tensors)
        return
    _set_plain(estimator, values, _PLAIN)
    shift, scale = tensors["scaling.shift"], tensors["scaling.scale"]
    scaling = Affine(shift, scale, estimator.event_shape_, **values["scaling"])
    estimator.scaling_ = scaling.to(scale.dtype)
    if "conditions" in values:
        estimator.conditions_ = Conditions.from_plain(values["conditions"])
    estimator._assemble()
    _load(estimator.model_.to(scale.dtype), tensors, "model")
    if hasattr(estimator, "classifier_"):
        _load(estimator.classifier_.to(scale.dtype), tensors, "classifier")
    estimator.sampler_ = estimator.model_.prior  # type: ignore[assignment]
    if "sampler" in values:
        with seeded(0):  # a network draws weights, although others are read
            estimator.sampler_ = values["sampler"]().to(scale.dtype)
        _load(estimator.sampler_, tensors, "sampler")


def _state_of_transfer(estimator: Transferred) -> tuple[Values, Tensors]:
    values = _plain(estimator, _PLAIN_OF_TRANSFER)
    values["encoder"], tensors = get_state(estimator._fitted)
    below = {f"encoder.{name}": tensor for name, tensor in tensors.items()}
    parts: dict[str, nn.Module | Affine] = {
        "tuned": estimator.encoder_,
        "predictor": estimator.predictor_,
    }
    return values, {**below, **_tensors(parts)}


def _set_state_of_transfer(estimator: Transferred, values: Values, tensors: Tensors) -> None:
    _set_plain(estimator, values, _PLAIN_OF_TRANSFER)
    set_state(estimator.encoder, values["encoder"], _below(tensors, "encoder"))
    estimator.encoder = FrozenEstimator(estimator.encoder)
    estimator._assemble(estimator._learned_head())
    # The head may have been trained in another precision than the encoder once was.
    dtype = next(t.dtype for name, t in tensors.items() if name.startswith("predictor."))
    estimator.scaling_.to(dtype=dtype)
    _load(estimator.encoder_.to(dtype), tensors, "tuned")
    _load(estimator.predictor_.to(dtype), tensors, "predictor")


def _plain(estimator: Any, names: tuple[str, ...]) -> Values:
    values = {name: getattr(estimator, name) for name in names if hasattr(estimator, name)}
    for name in _ARRAYS & values.keys():
        values[name] = {"items": values[name].tolist(), "dtype": values[name].dtype.str}
    history = estimator.history_
    values["history"] = {name: getattr(history, name) for name in ("records", "stopped", "kept")}
    return values


def _set_plain(estimator: Any, values: Values, names: tuple[str, ...]) -> None:
    for name in names:
        if name in values:
            value = values[name]
            if name in _ARRAYS:
                value = np.array(value["items"], dtype=value["dtype"])
            setattr(estimator, name, value)
    estimator.history_ = History(**values["history"])
    estimator.loss_curve_ = estimator.history_.curves()


def _tensors(parts: dict[str, nn.Module | Affine]) -> Tensors:
    return {
        f"{part}.{name}": tensor.detach().cpu().contiguous()
        for part, module in parts.items()
        for name, tensor in module.state_dict().items()
    }


def _below(tensors: Tensors, part: str) -> Tensors:
    prefix = f"{part}."
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _load(module: nn.Module, tensors: Tensors, part: str) -> None:
    module.load_state_dict(_below(tensors, part))
    module.eval()
