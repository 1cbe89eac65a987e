"""Where examples lie in the code."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from latentia._arrays import as_examples, as_labels, flat
from latentia._names import lookup
from latentia.plotting._classes import Classes, is_discrete
from latentia.plotting._projections import Project, projections
from latentia.plotting._style import BLUE, axes, code_name, dots, thinned

_MOST_POINTS = 10_000


def latent_map(
    codes: Any,
    y: Any = None,
    ax: Axes | None = None,
    *,
    label: str = "",
    projection: str = "pca",
) -> Figure:
    """Draw codes in the plane, coloured by what is known about the examples.

    Two dimensions are drawn as they are, more by their first two principal components or another
    projection, and one as a histogram, or against the labels. At most 10,000 examples are drawn,
    3,000 by t-SNE.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
    y : array of length n, optional
        Text or up to 20 different integers are classes, each with a colour (of more texts, the
        most frequent); other numbers are a colour scale.
    ax : Axes, optional
        Where to draw.
    label : str, default=""
        What ``y`` is.
    projection : str, default="pca"
        How more than two dimensions become two, a name in ``plotting.projections``: "pca" keeps
        directions and distances as far as a plane can; "tsne" and "umap" (with the package
        umap-learn) only which examples are neighbours.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If codes are not numbers, labels are not as many, or the projection is unknown or not
        installed.

    Examples
    --------
    >>> figure = latent_map([[0.0, 1.0], [1.0, 0.0]], ["sit", "stand"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['sit', 'stand']
    """
    table = flat(as_examples(codes, "codes"))
    labels = None if y is None else as_labels(y, len(table))
    figure, ax = axes(ax)
    project, most = lookup(projections, projection, "projection")
    if table.shape[1] > 2 and len(table) > most:
        some = thinned(len(table), most)
        table, labels = table[some], None if labels is None else labels[some]
    # The projection is that of all these codes, whichever are drawn.
    points, names = _projected(table, project)
    rows = thinned(len(table), _MOST_POINTS)
    points, labels = points[rows], None if labels is None else labels[rows]
    draw = _strip if points.shape[1] == 1 else _plane
    draw(ax, points, labels, label)
    ax.set_xlabel(names[0])
    if len(names) > 1:
        ax.set_ylabel(names[1])
    return figure


def _projected(codes: np.ndarray, project: Project) -> tuple[np.ndarray, list[str]]:
    """Return codes of at most two dimensions, and what these are."""
    d = codes.shape[1]
    if d <= 2:
        return codes, [code_name(j) for j in range(d)]
    if len(codes) < 3:
        raise ValueError(f"codes holds {len(codes)} examples; a projection needs at least 3.")
    return project(codes)


def _plane(ax: Axes, points: np.ndarray, labels: np.ndarray | None, label: str) -> None:
    ax.set_aspect("equal", adjustable="datalim")
    if labels is None:
        dots(ax, points, BLUE)
    elif is_discrete(labels):
        classes = Classes.of(labels)
        dots(ax, points, classes.colors_of_examples)
        classes.write_names(ax, points)
        classes.add_legend(ax, label)
    else:
        drawn = dots(ax, points, labels)
        drawn.set_cmap("viridis")
        # The scale itself is not pale.
        scale = ScalarMappable(drawn.norm, drawn.get_cmap())
        ax.figure.colorbar(scale, ax=ax, label=label).ax.spines[:].set_visible(False)


def _strip(ax: Axes, points: np.ndarray, labels: np.ndarray | None, label: str) -> None:
    """Draw one-dimensional codes: how many, or against the labels."""
    if labels is None:
        ax.hist(points[:, 0], bins=50, color=BLUE)
        ax.set_ylabel("examples")
        return
    ax.set_ylabel(label)
    if not is_discrete(labels):
        dots(ax, np.column_stack([points, labels]), BLUE)
        return
    classes = Classes.of(labels)
    # A band for each class, so that none hides another.
    height = classes.index + np.random.default_rng(0).uniform(-0.3, 0.3, len(points))
    dots(ax, np.column_stack([points, height]), classes.colors_of_examples)
    ax.set_yticks(range(len(classes.names)), classes.names)
