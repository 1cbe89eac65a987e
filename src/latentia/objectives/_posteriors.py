"""What a bound needs of a posterior, and a reason where it is not there."""

from __future__ import annotations

from latentia.conditional import family
from latentia.distributions import Delta, is_pathwise
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace

_OTHERWISE = (
    "Use ELBO or IWAE with gradient='score-function', or a posterior such as heads.DiagonalNormal"
)


def posterior_of(trace: Trace) -> str:
    """Return what the posterior is called: the head of the encoder."""
    return family(trace.model.encoder)


def prior_of(trace: Trace) -> str:
    """Return what the prior is called."""
    return family(trace.model.prior)


def refuse_point_mass(trace: Trace, objective: str) -> None:
    """Refuse a deterministic encoder, which has no density."""
    if isinstance(trace.posterior, Delta):
        raise IncompatiblePartsError(
            f"{objective} and a deterministic encoder ({posterior_of(trace)} posterior) do not "
            "fit: a point mass has an infinite divergence from any prior. Use "
            "objectives.Reconstruction, or a posterior with a density such as "
            "heads.DiagonalNormal."
        )


def require_derivatives(trace: Trace, option: str) -> None:
    """Refuse a posterior whose draws do not move with its parameters."""
    if not trace.posterior.has_rsample:
        raise IncompatiblePartsError(
            f"{option} and the posterior {posterior_of(trace)} do not fit: its draws have no "
            f"derivative. {_OTHERWISE}."
        )


def require_exact_derivatives(trace: Trace, option: str) -> None:
    """Refuse a posterior whose draws move with its parameters not at all, or only roughly."""
    require_derivatives(trace, option)
    if not is_pathwise(trace.posterior):
        raise IncompatiblePartsError(
            f"{option} and the posterior {posterior_of(trace)} do not fit: derivatives that pass "
            f"straight through a draw are not those of the bound. {_OTHERWISE}, or "
            "heads.GumbelSoftmax."
        )
