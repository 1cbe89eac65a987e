"""What a code learns by, added to the loss of an estimator."""

from __future__ import annotations

from collections.abc import Iterable

from latentia.models import LatentVariableModel
from latentia.objectives import Objective, Weight, companion_of, penalties


def with_companion(
    own: Objective, given: Iterable[tuple[Weight, Objective]], model: LatentVariableModel
) -> Objective:
    """Return a loss with what the codes of a model need, unless a ``given`` penalty is that."""
    needed = companion_of(model.encoder, own, *(penalty for _, penalty in given))
    return own if needed is None else own + penalties[needed]()
