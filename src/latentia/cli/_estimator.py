"""The estimator that a model's name and options ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from latentia.cli._wording import OPTIONS

if TYPE_CHECKING:
    from latentia.estimators import LatentEstimator
    from latentia.recipes import Recipe

_INSTEAD = {
    "hidden_layer_sizes": "say all its sizes by --layers, the last of which is the code",
    "layers": "say the sizes by --hidden and --latent",
    "n_components": "say all its sizes by --layers",
}

# The trainer's, which the layers of a stack take over: each is trained as the whole is.
_OF_LAYERS = ("batch_size", "learning_rate", "learning_rate_schedule", "max_iter", "optimizer")
# What an optimiser that takes all data at once, and looks for its steps, has no use for.
_OF_BATCHES = ("batch_size", "learning_rate", "learning_rate_schedule")


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
        For an unknown name, an option that the model does not have, or one of no use beside the
        others.
    """
    from sklearn.base import clone

    from latentia import recipes

    given = {name: value for name, value in parameters.items() if value is not None}
    known = recipe_of(model).estimator().get_params(deep=False)
    for name in given:
        if name not in known:
            instead = _INSTEAD.get(name, "drop it, or choose another --model")
            raise ValueError(f"{OPTIONS.get(name, name)} is no option of {model}; {instead}.")
    _check_names(given)
    estimator = recipes.make(model, **given)
    _check_use(given, estimator)
    if "of" not in known:
        return estimator
    below = {f"of__{name}": given[name] for name in _OF_LAYERS if name in given}
    return clone(estimator).set_params(**below)


def recipe_of(model: str) -> Recipe:
    """Return a recipe by its name.

    Raises
    ------
    ValueError
        For an unknown name; the message says the nearest, and where all are listed.
    """
    from latentia import recipes
    from latentia._names import lookup

    try:
        return lookup(recipes.recipes, model, "model")
    except ValueError as error:
        unknown = str(error).partition("Choices: ")[0]
        raise ValueError(f"{unknown}latentia models lists them all.") from None


def _check_names(given: Mapping[str, Any]) -> None:
    from latentia import (
        corruptions,
        data,
        heads,
        models,
        networks,
        objectives,
        priors,
        spaces,
        training,
    )
    from latentia._names import lookup

    choices: Mapping[str, Iterable[str]] = {
        "code": heads.codes,
        "code_corruption": corruptions.corruptions,
        "corruption": corruptions.corruptions,
        "learning_rate_schedule": training.schedules,
        "likelihood": ["auto", *heads.likelihoods],
        "network": networks.networks,
        "norm": objectives.norms,
        "objective": objectives.objectives,
        "optimizer": training.optimizers,
        "penalty": objectives.penalties,
        "posterior": heads.posteriors,
        "prior": ["auto", *priors.priors],
        "regularizer": models.regularizers,
        "scaling": data.scalings,
        "space": spaces.spaces,
    }
    for name, options in choices.items():
        if name in given:
            lookup(dict.fromkeys(options), given[name], name)


def _check_use(given: Mapping[str, Any], estimator: LatentEstimator) -> None:
    from latentia.training import optimizers

    if "penalty_weight" in given and not isinstance(estimator.penalty, str):
        raise ValueError(
            "--penalty-weight is that of one penalty; name it by --penalty, or drop it."
        )
    if "conditioned" in given and estimator.condition is None:
        raise ValueError("--conditioned has no use without --conditional; add that, or drop it.")
    if not getattr(optimizers[str(estimator.optimizer)], "full_batch", False):
        return
    for name in _OF_BATCHES:
        if name in given:
            raise ValueError(
                f"{OPTIONS[name]} has no use beside --optimizer {estimator.optimizer}, which takes "
                "all data in every step and looks for its length; drop one of them."
            )
