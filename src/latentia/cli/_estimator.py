"""The estimator that a model's name and options ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from latentia.cli._wording import OPTIONS

if TYPE_CHECKING:
    from latentia.estimators import LatentEstimator

_INSTEAD = {
    "hidden_layer_sizes": "say all its sizes by --layers, the last of which is the code",
    "layers": "say the sizes by --hidden and --latent",
    "n_components": "say all its sizes by --layers, the last of which is the code",
}

# The trainer's, which the layers of a stack take over: each is trained as the whole is.
_OF_LAYERS = ("batch_size", "learning_rate", "learning_rate_schedule", "max_iter", "optimizer")


def estimator_of(model: str, parameters: Mapping[str, Any]) -> LatentEstimator:
    """Return an estimator that is not fitted.

    Parameters
    ----------
    model : str
        A recipe.
    parameters : mapping
        Of the estimator; None is left out.

    Raises
    ------
    ValueError
        For an unknown model, or an option that it does not have.
    """
    from sklearn.base import clone

    from latentia import recipes
    from latentia._names import lookup

    given = {name: value for name, value in parameters.items() if value is not None}
    known = lookup(recipes.recipes, model, "model").estimator().get_params(deep=False)
    for name in given:
        if name not in known:
            instead = _INSTEAD.get(name, "drop it, or choose another --model")
            raise ValueError(f"{OPTIONS.get(name, name)} is no option of {model}; {instead}.")
    estimator = recipes.make(model, **given)
    if "layers" not in known:
        return estimator
    below = {f"of__{name}": given[name] for name in _OF_LAYERS if name in given}
    return clone(estimator).set_params(**below)
