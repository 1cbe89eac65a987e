"""What a code needs beside a loss: a codebook, say, that no gradient reaches."""

from __future__ import annotations

from torch import nn

from latentia.conditional import family
from latentia.errors import IncompatiblePartsError


def companion_of(encoder: nn.Module, *losses: nn.Module) -> str | None:
    """Return the name in ``penalties`` that codes of an encoder learn by, unless a loss has it."""
    needed = getattr(getattr(encoder, "head", None), "learns_by", None)
    present = {getattr(part, "teaches", None) for loss in losses for part in loss.modules()}
    return None if needed in present else needed


def require_companion(encoder: nn.Module, loss: nn.Module) -> None:
    """Refuse a loss by which a part of the code would stay as it was made at random."""
    needed = companion_of(encoder, loss)
    if needed is not None and not encoder.head.is_started:  # type: ignore[union-attr]
        raise IncompatiblePartsError(
            f"{type(loss).__name__} and codes of {family(encoder)} do not fit: what they are made "
            "of would stay as it was drawn at random. Give the loss a further summand, "
            f"objectives.penalties[{needed!r}]()."
        )
