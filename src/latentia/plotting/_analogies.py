"""Examples as they would be under other conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia._arrays import as_array, as_examples, same_shape
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._style import BLUE, axes, clear_of_axes


def analogies(x: Any, changed: Any, names: Sequence[object] | None = None) -> Figure:
    """Draw images, and beside each what a conditional model makes of it under every condition.

    A row is one example: its code keeps what the condition does not say, such as the slant of a
    digit, and a column is one condition.

    Parameters
    ----------
    x : array or tensor, shape (n, *image)
        Examples, in the first column; images are (H, W) or (C, H, W).
    changed : array or tensor, shape (n, k, *image)
        Each of them decoded under k conditions, in the same units.
    names : sequence of length k, optional
        Of the conditions.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If these are no images, or there are not k images for each example and k names.

    Examples
    --------
    >>> figure = analogies(np.zeros((3, 8, 8)), np.ones((3, 2, 8, 8)), ["cat", "dog"])
    >>> [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    ['example', 'cat', 'dog']
    """
    x, changed = as_examples(x, "x"), as_array(changed)
    if not is_images(x):
        raise ValueError(f"x must hold images (n, height, width), but has shape {x.shape}.")
    n, k = len(x), changed.shape[1] if changed.ndim > 1 else 0
    same_shape((n, max(k, 1), *x.shape[1:]), changed.shape, "Changed images and (n, k, *image)")
    if names is not None and len(names) != k:
        raise ValueError(f"names must hold {k}, one for each condition, but holds {len(names)}.")
    height, width = x.shape[-2:]
    inches = mosaic_inches((height, width), k + 1, n)
    figure, ax = axes(None, inches[0] + 0.2, inches[1] + 0.4)
    table = np.concatenate([x[:, None], as_examples(changed, "changed")], axis=1)
    show(clear_of_axes(ax), table.reshape(-1, *x.shape[1:]), k + 1, like=x)
    # In the gap between examples and what was made of them.
    ax.axvline(width, color=BLUE, linewidth=1.5)
    titles = [""] * k if names is None else [str(name) for name in names]
    middles = np.arange(k + 1) * (width + 1) + (width - 1) / 2
    ax.set_xticks(middles, ["example", *titles])
    ax.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    return figure
