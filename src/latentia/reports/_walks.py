"""Walks through the codes of a fitted estimator, drawn: its dimensions, and between examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from latentia import evaluation, plotting
from latentia.estimators import LatentEstimator
from latentia.heads import Quantizer
from latentia.reports._observed import Observed
from latentia.training import seeded

_DRAWS = 4_096
# Spaces of codes in which there is something between two codes.
_WALKABLE = ("real", "unit", "sphere", "simplex")
# Points on a sphere have no spread of their own; its centre is the origin.
_STANDARD = ("sphere",)


def prior_spread(
    estimator: LatentEstimator, condition: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of codes that are sampled, each of shape (d,).

    Parameters
    ----------
    estimator : estimator
        Fitted.
    condition : one value or row, optional
        What the prior is given, where it is conditioned.

    Examples
    --------
    >>> from latentia import VAE, data
    >>> vae = VAE(max_iter=2, random_state=0, verbose=False).fit(data.load("iris").X)
    >>> prior_spread(vae)
    (array([0., 0.]), array([1., 1.]))
    """
    d = estimator.n_components_
    if _space(estimator) in _STANDARD:
        return np.zeros(d), np.ones(d)
    scale = estimator.scaling_.scale
    given: tuple[torch.Tensor, ...] = ()
    if estimator.conditions_ is not None and "prior" in estimator.conditioned:
        given = (torch.from_numpy(estimator.conditions_.numbers(condition, 1)).to(scale),)
    with torch.no_grad(), seeded(0, scale.device):
        prior = estimator.sampler_(*given)
        try:
            loc, spread = prior.mean, prior.stddev
        except (NotImplementedError, AttributeError):
            draws = prior.sample(torch.Size((_DRAWS,)))
            loc, spread = draws.mean(0), draws.std(0)
    found = [part.detach().reshape(-1).double().cpu().numpy() for part in (loc, spread)]
    # Indices of codewords are no numbers of a code.
    return (found[0], found[1]) if found[0].size == d else (np.zeros(d), np.ones(d))


def walk_dimensions(
    seen: Observed,
    *,
    center: Any = None,
    condition: Any = None,
    n: int = 9,
) -> Figure:
    """Draw what each dimension of the code does, the one that says most first.

    Parameters
    ----------
    seen : Observed
        Its examples say how much each dimension is used: by its divergence from the prior in nats,
        or by the variance of the codes where it has none.
    center : array of shape (d,), optional
        The code to start from, such as that of an example; by default the mean of the prior.
    condition : one value or row, optional
        What the decoder is given, where it is conditioned.
    n : int, default=9
        Values for each dimension.

    Raises
    ------
    ValueError
        If there is nothing between codes.
    """
    estimator = seen.estimator
    _check_walkable(estimator)
    loc, scale = prior_spread(estimator, condition)
    report = evaluation.code(estimator.model_, seen.scaled(seen.X), seen.given())
    kl = report.kl_per_dimension
    known = kl is not None and len(kl) == len(loc)
    return plotting.traversals(
        lambda z: _decoded(seen, z, condition),
        loc if center is None else center,
        n,
        loc=loc,
        scale=scale,
        importance=kl if known else seen.codes.var(axis=0),
        unit="nats" if known else "variance",
        spread=seen.X.std(axis=0) if seen.X.ndim == 2 else None,
        names=seen.dataset.schema.names,
    )


def walk_between(
    seen: Observed,
    start: int,
    end: int,
    *,
    path: str | Sequence[str] = "linear",
    condition: Any = None,
    n: int = 9,
) -> Figure:
    """Draw what lies between two examples, on one or several of ``plotting.paths``.

    Parameters
    ----------
    seen : Observed
    start, end : int
        Rows of ``seen.X``.
    path : str or sequence of str, default="linear"
    condition : one value or row, optional
        What the decoder is given, where it is conditioned.
    n : int, default=9
        Codes on each path.

    Raises
    ------
    ValueError
        If there is nothing between codes, or a path is unknown.
    """
    _check_walkable(seen.estimator)
    loc, scale = prior_spread(seen.estimator, condition)
    return plotting.interpolation(
        lambda z: _decoded(seen, z, condition),
        seen.codes[start],
        seen.codes[end],
        n,
        path=path,
        loc=loc,
        scale=scale,
        examples=seen.X[[start, end]],
        names=seen.dataset.schema.names,
    )


def _decoded(seen: Observed, z: np.ndarray, condition: Any) -> np.ndarray:
    return seen.visible(np.asarray(seen.estimator.inverse_transform(z, condition)))


def is_walkable(estimator: LatentEstimator) -> bool:
    """Whether there are codes between codes."""
    return _space(estimator) in _WALKABLE


def _check_walkable(estimator: LatentEstimator) -> None:
    if not is_walkable(estimator):
        head = getattr(estimator.model_.encoder, "head", None)
        raise ValueError(
            f"The codes of this {type(estimator).__name__} come from {type(head).__name__}, and "
            "there is nothing between two of them to walk over; choose a model with a code of real "
            "numbers."
        )


def _space(estimator: LatentEstimator) -> str:
    head = getattr(estimator.model_.encoder, "head", None)
    if isinstance(head, Quantizer):
        return "codewords"
    return "real" if head is None else head.space
