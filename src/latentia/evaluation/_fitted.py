"""A model as a measure needs it, alone or inside a fitted estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from torch import Tensor

from latentia.models import Batch, LatentVariableModel


class Fitted(Protocol):
    """A fitted estimator with a latent-variable model inside, as all of latentia's are."""

    model_: LatentVariableModel

    def as_batch(self, X: Any, y: Any = None) -> Batch:
        """Return examples as the parts of the model are given them."""


def opened(
    model: LatentVariableModel | Fitted, x: Any, conditions: Any
) -> tuple[LatentVariableModel, Tensor, Sequence[Tensor]]:
    """Return the model, and the examples and conditions as its parts are given them.

    Raises
    ------
    ValueError
        For anything else than a model or a fitted estimator, or a model with x that is no tensor.
    """
    if isinstance(model, LatentVariableModel):
        if not isinstance(x, Tensor):
            raise ValueError(
                f"x is of type {type(x).__name__}, but a LatentVariableModel is given a tensor of "
                "scaled examples; give one, or the fitted estimator in place of its model_."
            )
        return model, x, conditions
    if not hasattr(model, "as_batch"):
        raise ValueError(
            f"model={model!r:.80} must be a fitted estimator of latentia, such as a VAE, or a "
            "models.LatentVariableModel."
        )
    y = None if isinstance(conditions, tuple) and not conditions else conditions
    batch = model.as_batch(x, y)
    return model.model_, batch.x, batch.conditions
