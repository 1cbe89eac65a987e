"""Distances between x and its reconstruction, summed over features."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, distributions
from torch.distributions import Distribution, Independent
from torch.nn import functional

from latentia.distributions import point
from latentia.errors import IncompatiblePartsError

#: From the likelihood, batch shape (n_samples, n), and x, shape (n, *event), to (n_samples, n).
Norm = Callable[[Distribution, Tensor], Tensor]


def squared_error(likelihood: Distribution, x: Tensor) -> Tensor:
    return _difference(likelihood, x).square().sum(2)


def l2(likelihood: Distribution, x: Tensor) -> Tensor:
    return torch.linalg.vector_norm(_difference(likelihood, x), dim=2)


def absolute_error(likelihood: Distribution, x: Tensor) -> Tensor:
    return _difference(likelihood, x).abs().sum(2)


def huber(likelihood: Distribution, x: Tensor) -> Tensor:
    difference = _difference(likelihood, x)
    zero = torch.zeros_like(difference)
    return functional.huber_loss(difference, zero, reduction="none").sum(2)


def binary_cross_entropy(likelihood: Distribution, x: Tensor) -> Tensor:
    if isinstance(likelihood, Independent) and isinstance(
        likelihood.base_dist, distributions.Bernoulli
    ):
        # From logits, so that a saturated decoder keeps its gradient.
        return -likelihood.log_prob(x)
    rates = point(likelihood)
    rates, x = torch.broadcast_tensors(rates, x)
    elements = functional.binary_cross_entropy(rates, x, reduction="none")
    return elements.flatten(2).sum(2)


def categorical_cross_entropy(likelihood: Distribution, x: Tensor) -> Tensor:
    # From logits where there are some, so that a saturated decoder keeps its gradient.
    base = likelihood.base_dist if isinstance(likelihood, Independent) else likelihood
    logits = getattr(base, "logits", None)
    log_shares = point(likelihood).log() if logits is None else logits.log_softmax(-1)
    return -(x * log_shares).flatten(2).sum(2)


def _difference(likelihood: Distribution, x: Tensor) -> Tensor:
    return (point(likelihood) - x).flatten(2)


norms: dict[str, Norm] = {
    "absolute_error": absolute_error,
    "binary_cross_entropy": binary_cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
    "huber": huber,
    "l2": l2,
    "squared_error": squared_error,
}

#: Norms that only some spaces have, why, and a head that does.
_NEEDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "binary_cross_entropy": (
        ("unit", "binary"),
        "a binary cross-entropy needs values in [0, 1]",
        "heads.Bernoulli",
    ),
    "categorical_cross_entropy": (
        ("simplex",),
        "a categorical cross-entropy needs shares that sum to 1",
        "heads.Multinomial",
    ),
}


def check_norm(norm: str, decoder: object, owner: str) -> None:
    """Refuse a cross-entropy of reconstructions that are no probabilities.

    Parameters
    ----------
    norm : str
        A name in ``models.norms``.
    decoder : ConditionalDistribution
        What reconstructs; one that has no ``space`` is taken at its word.
    owner : str
        What asks for the norm, for the message.

    Raises
    ------
    IncompatiblePartsError
        With a head that has the values that the norm needs.
    """
    spaces, need, head = _NEEDS.get(norm, (None, "", ""))
    space = getattr(decoder, "space", None)
    if spaces and space and space not in spaces:
        raise IncompatiblePartsError(
            f"{owner} and a decoder with {space!r} values do not fit: {need}. Use {head}, or the "
            'norm "squared_error".'
        )
