"""Where the codes of a fitted encoder may be searched for."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.heads import Head, OneHot, Quantizer, TopK
from latentia.models import LatentVariableModel
from latentia.spaces import Box, Points, Real, Space

#: Codes that are still compared one by one.
_MOST = 2**14

_CONTINUOUS: dict[str, Callable[[tuple[int, ...]], Space]] = {
    "real": Real,
    "unit": partial(Box, low=0.0, high=1.0),
}

_WHY = {
    "simplex": "the density of relaxed codes is infinite at corners, where a search would end",
    "sphere": "it walks through numbers of any size, and directions have length 1",
}


def space_of_codes(model: LatentVariableModel) -> Space:
    """Return the space of a model's codes: all of them, where they can be counted.

    Raises
    ------
    IncompatiblePartsError
        With the reason why there is none to search in.
    """
    head = getattr(model.encoder, "head", None)
    name = getattr(model.encoder, "space", "real")
    if isinstance(head, Quantizer):
        return _listed(head.codebook, head.n_vectors, head, name)
    if isinstance(head, OneHot):
        size = math.prod(head.event_shape) // head.n_variables
        return _listed(torch.eye(size), head.n_variables, head, name)
    if isinstance(head, TopK):
        raise _refused(head, "which of its numbers are 0 is a choice that no walk makes")
    if name not in _CONTINUOUS:
        raise _refused(head, _WHY.get(name, f"no walk leads from one code in {name!r} to others"))
    return _CONTINUOUS[name](model.encoder.event_shape)


def _listed(words: Tensor, n: int, head: Head, name: str) -> Points:
    """Return all codes of ``n`` words, one after the other."""
    total = len(words) ** n
    if total > _MOST:
        raise _refused(
            head,
            f"there are {len(words)}**{n} = {total:.3g} of them to compare, and {_MOST:,} are the "
            "most",
        )
    choices = torch.cartesian_prod(*[torch.arange(len(words), device=words.device)] * n)
    return Points(words[choices.reshape(total, n)].reshape(total, *head.event_shape), name)


def _refused(head: object, why: str) -> IncompatiblePartsError:
    return IncompatiblePartsError(
        f"most_likely_code and codes of {type(head).__name__} do not fit: {why}. Use transform, or "
        "an EnergyAutoencoder, which knows other spaces."
    )
