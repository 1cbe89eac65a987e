"""The pictures of a fitted estimator, each with what it teaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from latentia import evaluation, plotting
from latentia.data import Dataset
from latentia.estimators import LatentEstimator
from latentia.priors import Normal
from latentia.reports._bubbles import bubbles
from latentia.reports._observed import Observed, observe, some_rows
from latentia.reports._walks import prior_spread

_MOST_POINTS = 1_000
_N_IMAGES = 64
_MOST_LABELS = 12
# Of two codes the headlines say as much, and every code decodes the examples once more.
_FEWEST_CODES, _MOST_CODES = 3, 256
_MOST_DECODED_VALUES = 40_000_000
_LEAST_DECODED = 100
_FEWEST_TOGETHER = 4


@dataclass(frozen=True)
class Picture:
    """How to draw one picture, and what to say about it.

    Parameters
    ----------
    title : str
        For a heading.
    caption : str
        One sentence that says how to read it.
    draw : callable
        Returns a Figure of an ``Observed``, or None where the picture has no meaning.
    """

    title: str
    caption: str
    draw: Callable[[Observed], Figure | None]


def pictures(estimator: LatentEstimator, dataset: Dataset) -> dict[str, Figure]:
    """Draw every picture that has a meaning for a fitted estimator and its data.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    dataset : Dataset
        Examples like those it was fitted on; at most 5,000, drawn with a fixed seed, are used.

    Returns
    -------
    dict of str to Figure
        ``reconstructions``, ``samples``, ``latent_map`` and ``loss_curves``; ``bubbles`` for
        normal posteriors of two dimensions; ``analogies`` for images given one of 2 to 12 labels;
        ``manifold`` for images with a code of two dimensions; ``explained_variance`` for codes of
        3 to 256; ``weights`` for images and a fully connected first layer; ``vector_field`` for
        tables of two columns; ``kl_per_dimension`` where the code has one; ``aggregated_posterior``
        where there is a prior.

    Raises
    ------
    ValueError
        If the examples are not like those the estimator was fitted on.

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> iris = data.load("iris")
    >>> model = Autoencoder(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> list(pictures(model, iris))
    ['reconstructions', 'latent_map', 'samples', 'loss_curves']
    """
    seen = observe(estimator, dataset)
    drawn = {name: picture.draw(seen) for name, picture in gallery.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def _reconstructions(seen: Observed) -> Figure:
    names = seen.dataset.schema.names
    return plotting.reconstructions(seen.X, seen.visible(seen.reconstructed), names=names)


def _samples(seen: Observed) -> Figure:
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


def _analogies(seen: Observed) -> Figure | None:
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


def _latent_map(seen: Observed) -> Figure:
    labels = seen.y if seen.y is None or seen.y.ndim == 1 else None
    return plotting.latent_map(seen.codes, labels)


def _manifold(seen: Observed) -> Figure | None:
    if seen.X.ndim < 3 or seen.estimator.n_components_ != 2 or seen.condition is not None:
        return None

    def decode(q: np.ndarray) -> np.ndarray:
        return seen.visible(_decode_standard(seen.estimator, q))

    return plotting.manifold(decode, seen.X.shape[1:])


def _decode_standard(estimator: LatentEstimator, q: np.ndarray) -> np.ndarray:
    """Decode points of a standard normal, moved to where the prior of the codes is."""
    prior = estimator.sampler_
    if isinstance(prior, Normal):
        loc, scale_tril = (t.detach().cpu().numpy() for t in (prior.loc, prior.scale_tril))
        q = loc + q @ scale_tril.T
    else:
        loc, scale = prior_spread(estimator)
        q = loc + scale * q
    return np.asarray(estimator.inverse_transform(q))


def _explained_variance(seen: Observed) -> Figure | None:
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


def _weights(seen: Observed) -> Figure | None:
    if seen.X.ndim < 3:
        return None
    try:
        return plotting.weights(seen.estimator)
    except ValueError:
        return None  # a first layer that is no picture


def _vector_field(seen: Observed) -> Figure | None:
    if seen.X.shape[1:] != (2,) or seen.condition is not None:
        return None
    figure = plotting.vector_field(seen.estimator.reconstruct, seen.X)
    names = seen.dataset.schema.names
    if names is not None:
        figure.axes[0].set(xlabel=names[0], ylabel=names[1])
    return figure


def _loss_curves(seen: Observed) -> Figure | None:
    return plotting.loss_curves(seen.estimator.loss_curve_) if seen.estimator.n_iter_ else None


def _aggregated_posterior(seen: Observed) -> Figure | None:
    model = seen.estimator.model_
    if model.prior is None or len(seen.X) < _FEWEST_TOGETHER:
        return None
    drawn = evaluation.aggregated_posterior(model, seen.scaled(seen.X), seen.given())
    assert drawn.prior_codes is not None
    return plotting.aggregated_posterior(drawn.codes, drawn.prior_codes)


def _kl_per_dimension(seen: Observed) -> Figure | None:
    x, conditions = seen.scaled(seen.X), seen.given()
    kl = evaluation.code(seen.estimator.model_, x, conditions).kl_per_dimension
    return None if kl is None else plotting.kl_per_dimension(kl)


gallery: dict[str, Picture] = {
    "reconstructions": Picture(
        "Reconstructions",
        "What is left of an example after it has passed through its code: what differs is what "
        "the code could not hold.",
        _reconstructions,
    ),
    "latent_map": Picture(
        "Map of the codes",
        "Each point is one example at the place of its code: examples that the model finds alike "
        "lie close together.",
        _latent_map,
    ),
    "bubbles": Picture(
        "Codes and how sure they are",
        "Each ellipse is where the code of one example is believed to lie, to one standard "
        "deviation, beside the dashed circle of a standard normal: small ellipses tell examples "
        "apart, and those as large as the circle say nothing.",
        bubbles,
    ),
    "samples": Picture(
        "New examples",
        "Codes drawn from the prior and decoded: if they look like the data, the model knows "
        "where the data lie.",
        _samples,
    ),
    "analogies": Picture(
        "The same example under other labels",
        "Each row is one example and what its code becomes under every label: what stays the same "
        "along a row is what the label does not say.",
        _analogies,
    ),
    "manifold": Picture(
        "The plane of codes, decoded",
        "Each tile is what the decoder makes of the code at its place; from tile to tile equal "
        "shares of the prior pass, and neighbours should change smoothly.",
        _manifold,
    ),
    "vector_field": Picture(
        "Where the model moves a point",
        "Each arrow leads from a place to its reconstruction: those of a denoising autoencoder "
        "point to where the data are denser.",
        _vector_field,
    ),
    "explained_variance": Picture(
        "Variance explained by the first codes",
        "Examples decoded from their first codes, with the others at their mean: ordered codes, as "
        "those of PCA, rise fast at first; elsewhere only the end of the curve compares.",
        _explained_variance,
    ),
    "weights": Picture(
        "What the first layer looks for",
        "The weights of each hidden unit at their pixels, red positive and blue negative: strokes, "
        "edges and spots are features, and noise is a unit that learned little.",
        _weights,
    ),
    "loss_curves": Picture(
        "Training",
        "Every term of the loss by pass over the data: flat curves have finished learning, and "
        "held-out curves that rise again show overfitting.",
        _loss_curves,
    ),
    "kl_per_dimension": Picture(
        "What each dimension of the code costs",
        "Nats of information about an example in each code dimension: a dimension near zero is "
        "not used.",
        _kl_per_dimension,
    ),
    "aggregated_posterior": Picture(
        "All codes together, beside the prior",
        "Codes drawn for all examples, and draws from the prior: where only the prior is, samples "
        "decode codes that no example has.",
        _aggregated_posterior,
    ),
}
