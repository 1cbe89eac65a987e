"""Draw a fitted estimator: each a picture of what was seen, or None where it has no meaning."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from latentia import evaluation, plotting
from latentia.estimators import LatentEstimator
from latentia.priors import Normal
from latentia.reports._observed import Observed, some_rows
from latentia.reports._walks import prior_spread

_MOST_POINTS = 1_000
_N_IMAGES = 64
_MOST_LABELS = 12
# Of two codes the headlines say as much, and every code decodes the examples once more.
_FEWEST_CODES, _MOST_CODES = 3, 256
_MOST_DECODED_VALUES = 40_000_000
_LEAST_DECODED = 100
_FEWEST_TOGETHER = 4


def reconstructions(seen: Observed) -> Figure:
    """Draw examples and what is left of them."""
    names = seen.dataset.schema.names
    return plotting.reconstructions(seen.X, seen.visible(seen.reconstructed), names=names)


def samples(seen: Observed) -> Figure:
    """Draw new examples."""
    images = seen.X.ndim > 2
    n = _N_IMAGES if images else min(len(seen.X), _MOST_POINTS)
    # Points and histograms show the spread of the data, noise included; pictures show means.
    drawn = seen.estimator.sample(n, random_state=0, mean=images, y=_some_conditions(seen, n))
    return plotting.samples(seen.visible(drawn), seen.X, names=seen.dataset.schema.names)


def _some_conditions(seen: Observed, n: int) -> np.ndarray | None:
    """Return n conditions as they occur in the data, like beside like."""
    if seen.condition is None:
        return None
    rows = np.random.default_rng(0).choice(len(seen.X), n, replace=n > len(seen.X))
    some = seen.condition[rows]
    return np.sort(some) if some.ndim == 1 else some


def analogies(seen: Observed) -> Figure | None:
    """Draw examples under other labels; None without labels to give."""
    given = seen.estimator.conditions_
    columns = () if given is None else given.columns
    labels = getattr(columns[0], "classes", ()) if len(columns) == 1 else ()
    if seen.X.ndim < 3 or seen.y is None or "decoder" not in seen.estimator.conditioned:
        return None
    if not 0 < len(labels) <= _MOST_LABELS:
        return None
    # The first example of every label, so that it is like its own column.
    rows = [int(found[0]) for label in labels if len(found := np.flatnonzero(seen.y == label))]
    X, y = seen.X[rows], seen.y[rows]
    changed = [seen.estimator.reconstruct(X, y, as_y=label) for label in labels]
    return plotting.analogies(X, seen.visible(np.stack(changed, axis=1)), labels)


def latent_map(seen: Observed) -> Figure:
    """Draw codes as points."""
    labels = seen.y if seen.y is None or seen.y.ndim == 1 else None
    return plotting.latent_map(seen.codes, labels)


def manifold(seen: Observed) -> Figure | None:
    """Draw the decoded plane; None for other codes than of two dimensions."""
    if seen.X.ndim < 3 or seen.estimator.n_components_ != 2 or seen.condition is not None:
        return None

    def decode(q: np.ndarray) -> np.ndarray:
        return seen.visible(decode_standard(seen.estimator, q))

    return plotting.manifold(decode, seen.X.shape[1:])


def decode_standard(estimator: LatentEstimator, q: np.ndarray) -> np.ndarray:
    """Decode points of a standard normal, moved to where the prior of the codes is."""
    prior = estimator.sampler_
    if isinstance(prior, Normal):
        loc, scale_tril = (t.detach().cpu().numpy() for t in (prior.loc, prior.scale_tril))
        q = loc + q @ scale_tril.T
    else:
        loc, scale = prior_spread(estimator)
        q = loc + scale * q
    return np.asarray(estimator.inverse_transform(q))


def explained_variance(seen: Observed) -> Figure | None:
    """Draw how much the first codes explain; None for codes of few or many dimensions."""
    k = seen.codes[0].size
    if (
        seen.condition is not None
        or seen.codes.ndim != 2
        or not _FEWEST_CODES <= k <= _MOST_CODES
        or np.ptp(seen.X, 0).max() == 0
    ):
        return None
    affordable = max(_LEAST_DECODED, _MOST_DECODED_VALUES // (k * seen.X[0].size))
    x = seen.X[some_rows(len(seen.X), affordable)]
    scale = seen.estimator.scaling_.scale
    shares = evaluation.explained_variance_by_codes(seen.estimator, x, scale=scale)
    pca = evaluation.pca_explained_variance(seen.scaled(x), k)
    return plotting.explained_variance({"this model": shares, "PCA": pca})


def weights(seen: Observed) -> Figure | None:
    """Draw the first layer; None where it is no picture."""
    if seen.X.ndim < 3:
        return None
    try:
        return plotting.weights(seen.estimator)
    except ValueError:
        return None  # a first layer that is no picture


def vector_field(seen: Observed) -> Figure | None:
    """Draw where points are moved; None for other examples than of two features."""
    if seen.X.shape[1:] != (2,) or seen.condition is not None:
        return None
    figure = plotting.vector_field(seen.estimator.reconstruct, seen.X)
    names = seen.dataset.schema.names
    if names is not None:
        figure.axes[0].set(xlabel=names[0], ylabel=names[1])
    return figure


def loss_curves(seen: Observed) -> Figure | None:
    """Draw the terms of the loss; None without training."""
    model = seen.estimator
    return plotting.loss_curves(model.loss_curve_, unit=seen.unit) if model.n_iter_ else None


def aggregated_posterior(seen: Observed) -> Figure | None:
    """Draw all codes beside the prior; None without one."""
    model = seen.estimator.model_
    if model.prior is None or len(seen.X) < _FEWEST_TOGETHER:
        return None
    drawn = evaluation.aggregated_posterior(model, seen.scaled(seen.X), seen.given())
    assert drawn.prior_codes is not None
    return plotting.aggregated_posterior(drawn.codes, drawn.prior_codes)


def kl_per_dimension(seen: Observed) -> Figure | None:
    """Draw the divergence by dimension; None where it has none."""
    x, conditions = seen.scaled(seen.X), seen.given()
    kl = evaluation.code(seen.estimator.model_, x, conditions).kl_per_dimension
    return None if kl is None else plotting.kl_per_dimension(kl)
