"""The errors a user may want to catch by name."""

from __future__ import annotations

__all__ = [
    "ArtifactError",
    "CheckpointWarning",
    "CollapsedEnergyWarning",
    "CompilationWarning",
    "IncompatiblePartsError",
    "LostProcessError",
    "MicroBatchWarning",
    "OutOfMemoryError",
    "OvercompleteWarning",
    "TrainingDivergedError",
    "TrainingStoppedError",
    "UnresolvedIntegralWarning",
]


class IncompatiblePartsError(ValueError):
    """Two parts of a model do not fit: the message names both, the reason and a way out."""


class LostProcessError(RuntimeError):
    """Another process of the same training has ended, or cannot be reached."""


class OutOfMemoryError(MemoryError):
    """A batch does not fit into the memory of a device: the message says how it would."""


class TrainingDivergedError(ArithmeticError):
    """A loss became NaN or infinite: the message names the term, the step and the examples."""


class TrainingStoppedError(RuntimeError):
    """Training was asked to stop, and has kept its state: the message says where."""


class ArtifactError(ValueError):
    """A model folder is missing, damaged, or from a version this one cannot read."""


class OvercompleteWarning(UserWarning):
    """A code is so large that the model can copy its input, and nothing keeps it from doing so."""


class CollapsedEnergyWarning(UserWarning):
    """An energy is as low off the data as on them, so it says nothing about where they lie."""


class UnresolvedIntegralWarning(UserWarning):
    """An integral over codes is less exact than was asked for: the message says how much."""


class CompilationWarning(UserWarning):
    """A training step could not be compiled, and runs as it is written."""


class MicroBatchWarning(UserWarning):
    """A batch does not fit into memory and goes through in pieces: the message says how large."""


class CheckpointWarning(UserWarning):
    """A checkpoint could not be written, or is damaged: the message says which is used instead."""
