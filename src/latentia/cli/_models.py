"""``latentia models``."""

from __future__ import annotations

import inspect

from latentia.cli._estimator import recipe_of
from latentia.cli._options import Cite
from latentia.cli._show import show


def models(name: str | None = None, /, *, cite: Cite = False) -> None:
    """List the models, or say what one is made of and where it comes from.

    Parameters
    ----------
    name : str
        A model; without it, all are listed.

    Examples
    --------
        latentia models
        latentia models beta-vae
        latentia models beta-vae --cite
    """
    from latentia import citations, recipes

    if name is None and cite:
        raise ValueError("--cite needs a model; see latentia models for their names.")
    if name is None:
        show((name, recipes.recipes[name].when) for name in recipes.names())
        return
    recipe = recipe_of(name)
    if cite:
        print(citations.bibtex(recipe.reference, recipes.make(name)))
        return
    made_of = ", ".join(f"{key}={value!r}" for key, value in recipe.parameters.items())
    summary = (inspect.getdoc(recipe.estimator) or "").partition("\n")[0]
    print(f"{name}: {recipe.when}\n")
    show(
        [
            ("estimator", f"{recipe.estimator.__name__}({made_of})"),
            ("what it is", summary),
            ("reference", recipe.reference),
            ("try it", f"latentia fit digits --model {name}"),
        ]
    )
