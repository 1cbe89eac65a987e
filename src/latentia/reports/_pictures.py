"""The pictures of a fitted estimator, each with what it teaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from latentia.data import Dataset
from latentia.estimators import LatentEstimator
from latentia.reports import _drawings as drawings
from latentia.reports._bubbles import bubbles
from latentia.reports._observed import Observed, observe


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


gallery: dict[str, Picture] = {
    "reconstructions": Picture(
        "Reconstructions",
        "What is left of an example after it has passed through its code: what differs is what "
        "the code could not hold.",
        drawings.reconstructions,
    ),
    "latent_map": Picture(
        "Map of the codes",
        "Each point is one example at the place of its code: examples that the model finds alike "
        "lie close together.",
        drawings.latent_map,
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
        drawings.samples,
    ),
    "analogies": Picture(
        "The same example under other labels",
        "Each row is one example and what its code becomes under every label: what stays the same "
        "along a row is what the label does not say.",
        drawings.analogies,
    ),
    "manifold": Picture(
        "The plane of codes, decoded",
        "Each tile is what the decoder makes of the code at its place; from tile to tile equal "
        "shares of the prior pass, and neighbours should change smoothly.",
        drawings.manifold,
    ),
    "vector_field": Picture(
        "Where the model moves a point",
        "Each arrow leads from a place to its reconstruction: those of a denoising autoencoder "
        "point to where the data are denser.",
        drawings.vector_field,
    ),
    "explained_variance": Picture(
        "Variance explained by the first codes",
        "Examples decoded from their first codes, with the others at their mean: ordered codes, as "
        "those of PCA, rise fast at first; elsewhere only the end of the curve compares.",
        drawings.explained_variance,
    ),
    "weights": Picture(
        "What the first layer looks for",
        "The weights of each hidden unit at their pixels, red positive and blue negative: strokes, "
        "edges and spots are features, and noise is a unit that learned little.",
        drawings.weights,
    ),
    "loss_curves": Picture(
        "Training",
        "Every term of the loss by pass over the data: flat curves have finished learning, and "
        "held-out curves that rise again show overfitting.",
        drawings.loss_curves,
    ),
    "kl_per_dimension": Picture(
        "What each dimension of the code costs",
        "Nats of information about an example in each code dimension: a dimension near zero is "
        "not used.",
        drawings.kl_per_dimension,
    ),
    "aggregated_posterior": Picture(
        "All codes together, beside the prior",
        "Codes drawn for all examples, and draws from the prior: where only the prior is, samples "
        "decode codes that no example has.",
        drawings.aggregated_posterior,
    ),
}
