"""The prior that prefers nothing, for codes that live anywhere."""

from __future__ import annotations

from collections.abc import Callable

from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.priors._categorical import Categorical
from latentia.priors._gumbel_softmax import GumbelSoftmax
from latentia.priors._standard import StandardNormal
from latentia.priors._uniform_sphere import UniformSphere

#: By the space of the codes.
_NATURAL: dict[str, Callable[..., ConditionalDistribution]] = {
    "one-hot": Categorical,
    "real": StandardNormal,
    "simplex": GumbelSoftmax,
    "sphere": UniformSphere,
}


def natural_prior(encoder: ConditionalDistribution) -> ConditionalDistribution:
    """Return the usual prior for the codes of an encoder.

    Parameters
    ----------
    encoder : ConditionalDistribution
        Its codes have a ``space`` and an ``event_shape``.

    Returns
    -------
    ConditionalDistribution
        Standard normal for real codes, uniform on the sphere and over categories.

    Raises
    ------
    IncompatiblePartsError
        For codes of a space without a usual prior.

    Examples
    --------
    >>> from latentia.conditional import Identity
    >>> natural_prior(Identity(3))
    StandardNormal()
    """
    if encoder.space not in _NATURAL:
        raise IncompatiblePartsError(
            f"Codes of the encoder live in {encoder.space!r}, which has no usual prior; give one, "
            f"or a posterior whose codes live in {', '.join(map(repr, _NATURAL))}."
        )
    return _NATURAL[encoder.space](encoder)
