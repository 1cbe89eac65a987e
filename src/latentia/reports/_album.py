"""Every picture of a fitted estimator by name: those of its page, and those that take longer."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from latentia import plotting
from latentia.reports._observed import Observed
from latentia.reports._pictures import Picture, gallery
from latentia.reports._walks import is_walkable, walk_between, walk_dimensions

_N_IMAGES, _N_ROWS = 8, 500
_PATHS = ("linear", "spherical", "prior")
# From the largest codes a t-SNE of a few thousand takes a minute.
_FEWEST_CODES = 3


def _traversals(seen: Observed) -> Figure | None:
    return walk_dimensions(seen, condition=_first(seen)) if is_walkable(seen.estimator) else None


def _interpolation(seen: Observed) -> Figure | None:
    if not is_walkable(seen.estimator) or len(seen.X) < 2:
        return None
    end = _another(seen)
    # In one dimension every arc is a line, or none.
    path = _PATHS if seen.codes[0].size > 1 else ("linear", "prior")
    return walk_between(seen, 0, end, path=path, condition=_first(seen))


def _neighbors(seen: Observed) -> Figure | None:
    images = seen.X.ndim > 2
    n = _N_IMAGES if images else min(len(seen.X), _N_ROWS)
    if len(seen.X) < 6:
        return None
    y = None if seen.condition is None else seen.condition[:n]
    drawn = seen.visible(seen.estimator.sample(n, random_state=0, mean=images, y=y))
    scale = 1.0 if images else np.where((s := seen.X.std(axis=0)) > 0, s, 1.0)
    return plotting.neighbors(drawn, seen.X, n, scale=scale)


def _energies(seen: Observed) -> Figure:
    energies = seen.estimator.energy(seen.X, seen.y)
    return plotting.energies(energies, -seen.estimator.offset_, unit=seen.unit)


def _energy_surface(seen: Observed) -> Figure | None:
    if seen.X.shape[1:] != (2,) or seen.condition is not None:
        return None
    figure = plotting.energy_surface(seen.estimator.energy, seen.X, unit=seen.unit)
    names = seen.dataset.schema.names
    if names is not None:
        figure.axes[0].set(xlabel=names[0], ylabel=names[1])
    return figure


def _tsne(seen: Observed) -> Figure | None:
    if math.prod(seen.codes.shape[1:]) < _FEWEST_CODES or len(seen.X) < _FEWEST_CODES:
        return None
    labels = seen.y if seen.y is None or seen.y.ndim == 1 else None
    return plotting.latent_map(seen.codes, labels, projection="tsne")


def _first(seen: Observed) -> np.ndarray | None:
    """Return the condition of the first example, as one row."""
    return None if seen.condition is None else seen.condition[:1]


def _another(seen: Observed) -> int:
    """Return the first example with another label than the first, or the second."""
    if seen.y is None or seen.y.ndim > 1 or seen.condition is not None:
        return 1
    return int((seen.y != seen.y[0]).argmax()) or 1


album: dict[str, Picture] = gallery | {
    "energies": Picture(
        "How unusual examples are",
        "A histogram of the energies of the examples: those beyond the line are called outliers.",
        _energies,
    ),
    "energy_surface": Picture(
        "The energy over the plane",
        "Dark where the model finds examples usual: it should be dark where the data lie, and "
        "bright elsewhere.",
        _energy_surface,
    ),
    "interpolation": Picture(
        "Between two examples",
        "What lies between the codes of two examples: in a good code every step looks like data, "
        "and no step is a leap.",
        _interpolation,
    ),
    "latent_map_tsne": Picture(
        "Map of the codes, by neighbours",
        "Codes that are neighbours are neighbours here too; distances between groups, and sizes of "
        "groups, mean nothing.",
        _tsne,
    ),
    "neighbors": Picture(
        "New examples beside the nearest of the data",
        "If new examples were copies, they would be at distance 0 from their neighbours.",
        _neighbors,
    ),
    "traversals": Picture(
        "What each dimension of the code does",
        "Each row is one code of which a single dimension runs through the prior; those that carry "
        "most come first, and those that carry nothing change nothing.",
        _traversals,
    ),
}
