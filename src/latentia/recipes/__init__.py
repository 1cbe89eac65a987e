"""Papers are compositions: a name, the parts it is made of, and the reference."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone

from latentia._names import lookup
from latentia.estimators import LatentEstimator
from latentia.recipes._deterministic import deterministic
from latentia.recipes._energy import energy
from latentia.recipes._machines import machines
from latentia.recipes._recipe import Recipe
from latentia.recipes._variational import variational

__all__ = ["Recipe", "make", "names", "recipes"]

recipes: dict[str, Recipe] = {**deterministic, **energy, **machines, **variational}


def names() -> list[str]:
    """Return the names of all recipes, sorted.

    Examples
    --------
    >>> "vae" in names()
    True
    """
    return sorted(recipes)


def make(name: str, **parameters: Any) -> LatentEstimator:
    """Return the estimator of a recipe.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    **parameters
        Of the estimator; they override the recipe's.

    Raises
    ------
    ValueError
        For an unknown name or parameter.

    Examples
    --------
    >>> make("beta-vae", n_components=10).beta
    4.0
    """
    recipe = lookup(recipes, name, "model")
    allowed = dict.fromkeys(recipe.estimator().get_params())
    for parameter in parameters:
        lookup(allowed, parameter, f"parameter of {name}")
    # A copy of what the recipe holds: an estimator inside another one is open to changes.
    return clone(recipe.estimator(**recipe.parameters)).set_params(**parameters)
