"""What a bound needs of a posterior, and a reason where it is not there."""

from __future__ import annotations

from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace


def refuse_point_mass(trace: Trace, objective: str) -> None:
    """Refuse a deterministic encoder, which has no density."""
    if isinstance(trace.posterior, Delta):
        raise IncompatiblePartsError(
            f"{objective} and a deterministic encoder (Delta posterior) do not fit: a point mass "
            "has an infinite divergence from any prior. Use objectives.Reconstruction, or a "
            "posterior with a density such as heads.DiagonalNormal."
        )


def require_derivatives(trace: Trace, option: str) -> None:
    """Refuse a posterior whose draws do not move with its parameters."""
    if not trace.posterior.has_rsample:
        raise IncompatiblePartsError(
            f"{option} and the posterior {type(trace.posterior).__name__} do not fit: its draws "
            "have no derivative. Use ELBO or IWAE with their default gradient, which takes the "
            "score function there, or a posterior such as heads.DiagonalNormal."
        )
