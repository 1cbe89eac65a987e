"""The errors a user may want to catch by name."""

from __future__ import annotations

__all__ = [
    "ArtifactError",
    "IncompatiblePartsError",
    "OvercompleteWarning",
    "TrainingDivergedError",
]


class IncompatiblePartsError(ValueError):
    """Two parts of a model do not fit: the message names both, the reason and a way out."""


class TrainingDivergedError(ArithmeticError):
    """A loss became NaN or infinite: the message names the term, the step and the examples."""


class ArtifactError(ValueError):
    """A model folder is missing, damaged, or from a version this one cannot read."""


class OvercompleteWarning(UserWarning):
    """A code is so large that the model can copy its input, and nothing keeps it from doing so."""
