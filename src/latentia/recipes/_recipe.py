"""A composition with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from latentia.estimators import LatentEstimator


@dataclass(frozen=True)
class Recipe:
    """A composition that has a name.

    Parameters
    ----------
    estimator : type
        Whose parameters these are.
    parameters : mapping
        Those that make the recipe what it is; all others are the estimator's defaults.
    when : str
        One line on when to use it.
    reference : str
        Authors, title, year.
    """

    estimator: type[LatentEstimator]
    when: str
    reference: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
