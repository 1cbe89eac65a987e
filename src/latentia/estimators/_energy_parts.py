"""What an energy-based autoencoder is made of, from its parameters."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

from torch import Tensor

from latentia._names import lookup
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.heads import Head
from latentia.networks import Angles
from latentia.priors import Categorical, StandardNormal, Uniform
from latentia.spaces import Box, Space, spaces

#: Codes that an integral goes over; three take some hundred thousand energies for each example.
_MOST_INTEGRATED = 2
#: Variances of the normal density exp(-R).
_VARIANCES = {"l2": 0.5, "normal": 1.0}


def energy_space(given: str | Callable[[int], Space], n_components: int) -> Space:
    """Return the space of codes of ``n_components`` numbers.

    Raises
    ------
    ValueError
        For an unknown name, or a function that returns something else.
    IncompatiblePartsError
        For a space of codes of another size.
    """
    make = lookup(spaces, given, "space") if isinstance(given, str) else given
    made: Any = make(n_components) if inspect.signature(make).parameters else make()  # type: ignore[call-arg]
    if not isinstance(made, Space):
        raise ValueError(
            f"space={given!r:.80} must return a Space such as spaces.Box(2), but returned "
            f"{made!r:.80}."
        )
    if made.event_shape != (n_components,):
        raise IncompatiblePartsError(
            f"n_components={n_components} and {made!r} do not fit: its codes have shape "
            f"{tuple(made.event_shape)}. Set n_components={math.prod(made.event_shape)}."
        )
    return made


def check_temperature(beta: float, space: Space) -> None:
    """Refuse an integral over more codes than a grid can have.

    Raises
    ------
    IncompatiblePartsError
        With what can be done instead.
    """
    n = math.prod(space.event_shape)
    if math.isfinite(beta) and not space.discrete and n > _MOST_INTEGRATED:
        raise IncompatiblePartsError(
            f"beta={beta:g} and n_components={n} do not fit: a finite temperature integrates over "
            f"all codes, on a grid of at most {_MOST_INTEGRATED}. Use beta=math.inf, which looks "
            "for the best code, space='categories', or a VAE, which learns where to draw codes."
        )


def turned(decoder: Amortized) -> Amortized:
    """Return a decoder of an angle, from one of its cosine and sine."""
    return type(decoder)(Angles(decoder.net), decoder.head)


def check_decoder(made: Any, given: object) -> ConditionalDistribution:
    """Return a decoder that a user's function made, or refuse it."""
    if isinstance(made, ConditionalDistribution) and isinstance(getattr(made, "head", None), Head):
        return made
    raise ValueError(
        f"decoder={given!r:.80} must make a ConditionalDistribution with a head, such as "
        f"conditional.Amortized(net, head), but made {made!r:.80}."
    )


def density_of(
    space: Space, regularizer: str | Callable[[Tensor], Tensor] | None, weight: float
) -> ConditionalDistribution | None:
    """Return the density of codes that an energy stands for, or None where it is not known.

    That is exp(-w R), normal for some R; and in a bounded space without R every code alike.
    """
    free = regularizer is None or weight == 0
    if not free and isinstance(regularizer, str) and space.name == "real":
        variance = _VARIANCES.get(regularizer)
        scale = None if variance is None else math.sqrt(variance / weight)
        return None if scale is None else StandardNormal(space.event_shape, scale)
    if not free or not space.bounded:
        return None
    if space.discrete:
        return Categorical(space.event_shape)
    low, high = space.bounds if isinstance(space, Box) else (0.0, space.volume)
    return Uniform(space.event_shape, low, high, space.name)
