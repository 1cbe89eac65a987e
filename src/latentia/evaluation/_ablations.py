"""A variational autoencoder with and without each part of its loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latentia._arrays import as_array
from latentia.conditional import family
from latentia.data import scalings
from latentia.distributions import point
from latentia.evaluation._batches import over_batches
from latentia.evaluation._code import code
from latentia.evaluation._fitted import Fitted
from latentia.evaluation._pca import pca_floor
from latentia.evaluation._rate_distortion import rate_distortion
from latentia.heads import DiagonalNormal, Head
from latentia.models import LatentVariableModel
from latentia.objectives import weight_at

_ROWS = 1024

# The variance of the decoder is this share of the data's at least, where a linear code is exact.
_LEAST_NOISE = 0.01


@dataclass(frozen=True)
class Ablation:
    """One trained model in numbers, over some examples.

    Parameters
    ----------
    run : str
        What was left out, or the weight of the divergence.
    beta : float or None
        The weight of the divergence, of a schedule the last; None where the loss has none.
    kl : float or None
        The rate in nats, mean over examples; None is infinite.
    active : int
        Dimensions of the code whose mean varies by more than 0.01.
    reconstruction : float
        The distortion in nats of the scaled examples, mean over them.
    variance : float
        Of the posteriors, mean over examples and dimensions.
    largest_mean : float
        How far from the origin a code lies in any dimension.
    """

    run: str
    beta: float | None
    kl: float | None
    active: int
    reconstruction: float
    variance: float
    largest_mean: float


def ablations(betas: Iterable[float] = ()) -> dict[str, dict[str, Any]]:
    """Return what to set in a VAE to leave out each part of its loss, by what is left out.

    Four runs are the full bound, without the divergence, a deterministic autoencoder, and without
    the reconstruction, in this order; one follows for each other weight of the divergence.

    Parameters
    ----------
    betas : iterable of float, default=()
        Weights of the divergence; 0 and 1 have a run already.

    Returns
    -------
    dict of str to dict
        Parameters of a :class:`~latentia.VAE`.

    Examples
    --------
    >>> list(ablations([0.5, 1.0]))[2:]
    ['deterministic', 'without the reconstruction', 'beta 0.5']
    """
    return {
        "full bound": {"beta": 1.0},
        "without the divergence": {"beta": 0.0},
        "deterministic": {"posterior": "delta", "objective": "reconstruction"},
        "without the reconstruction": {"objective": "divergence"},
        **{f"beta {beta:g}": {"beta": beta} for beta in betas if beta not in (0, 1)},
    }


def fixed_likelihood(X: Any, n_components: int) -> str | Callable[..., Head]:
    """Return a likelihood without a scale to learn, which would take back what beta changes.

    Data of zeros and ones are Bernoulli. Others are normal; the variance of a feature is what the
    best linear code of the same size leaves of it. With that, a linear model with beta 1 uses every
    dimension: the data vary more along each than the noise does.

    Parameters
    ----------
    X : array or tensor, shape (n, *event)
        In the units of the data, which a VAE scales by its rule "auto".
    n_components : int
        Dimensions of the code.

    Returns
    -------
    str or callable
        A ``likelihood`` for a :class:`~latentia.VAE`.

    References
    ----------
    M. E. Tipping, C. M. Bishop. Probabilistic Principal Component Analysis. 1999.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> round(fixed_likelihood(load_iris().data, n_components=2)(4).scale, 2)
    0.2
    """
    array = as_array(X)
    x = scalings["auto"](array)(torch.tensor(array)).double().flatten(1).numpy()
    if np.isin(x, (0.0, 1.0)).all():
        return "bernoulli"
    left = pca_floor(x, x, n_components)["mse"]
    variance = max(left, _LEAST_NOISE * float(x.var(0).mean()))
    return partial(DiagonalNormal, scale=math.sqrt(variance))


def ablation(model: Fitted, X: Any, y: Any = None, *, run: str = "") -> Ablation:
    """Return what leaving out a part of the loss did to a model, in numbers.

    Parameters
    ----------
    model : fitted estimator
        Such as a VAE, with a prior and posteriors that have a variance.
    X : array, frame or tensor, shape (n, *event)
        Examples in the units of the data.
    y : array-like of length n, default=None
        The condition of each example, where the model has one.
    run : str, default=""
        Its name, as in :func:`ablations`.

    Returns
    -------
    Ablation

    Raises
    ------
    ValueError
        For posteriors without a variance of their own, such as those of a flow.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import VAE
    >>> X = load_iris().data
    >>> quick = {"max_iter": 50, "learning_rate": 0.01, "random_state": 0, "verbose": False}
    >>> found = {
    ...     run: ablation(VAE(likelihood=fixed_likelihood(X, 2), **quick, **parameters).fit(X), X)
    ...     for run, parameters in ablations().items()
    ... }
    >>> found["without the reconstruction"].active
    0
    >>> found["without the divergence"].variance < found["full bound"].variance
    True
    """
    batch = model.as_batch(X, y)
    given = model.model_, batch.x, batch.conditions
    measure = partial(_measure, model.model_)
    spreads, sizes = zip(*over_batches(measure, *given, batch_size=_ROWS), strict=True)
    rate, distortion = rate_distortion(*given)
    beta = getattr(model, "beta", None)
    return Ablation(
        run=run,
        beta=None if beta is None else float(weight_at(beta, _last_step(model), "beta")),
        kl=rate if math.isfinite(rate) else None,
        active=code(*given).n_active,
        reconstruction=distortion,
        variance=float(torch.cat(spreads).mean()),
        largest_mean=float(torch.stack(sizes).max()),
    )


def _last_step(model: Fitted) -> int:
    history = getattr(model, "history_", None)
    return int(history.records[-1].get("step", 0)) if history and history.records else 0


def _measure(model: LatentVariableModel, x: Tensor, *conditions: Tensor) -> tuple[Tensor, Tensor]:
    """Return the variances of posteriors, and how far from 0 one of their means lies."""
    posterior = model.encoder(x, *conditions)
    try:
        variance = posterior.variance
    except NotImplementedError:
        raise ValueError(
            f"An ablation needs posteriors with a variance, and {family(model.encoder)} has "
            "none of its own; use posterior='diagonal'."
        ) from None
    return variance.double().flatten(1), point(posterior).double().abs().max()
