"""Codes of many dimensions on the plane."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import numpy as np

_PERPLEXITY = 30

Project = Callable[[np.ndarray], tuple[np.ndarray, list[str]]]


class Projection(NamedTuple):
    """How codes become points of the plane.

    Parameters
    ----------
    apply : callable
        Maps codes (n, d) to points (n, 2) and the names of both axes.
    most : int
        For how many codes that is quick enough.
    """

    apply: Project
    most: int


def _pca(codes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    # Here and not above: the import costs a second.
    from sklearn.decomposition import PCA

    pca = PCA(2, random_state=0)
    with np.errstate(invalid="ignore"):  # shares of no variance at all
        points = pca.fit_transform(codes.astype(float))
    return points, [
        f"principal component {j + 1} ({share:.0%} of the variance)"
        for j, share in enumerate(np.nan_to_num(pca.explained_variance_ratio_))
    ]


def _tsne(codes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(codes) - 1) / 3)
    points = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(codes)
    return points, ["t-SNE 1", "t-SNE 2"]


def _umap(codes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    try:
        umap = import_module("umap")
    except ImportError:
        raise ValueError(
            "projection='umap' needs the package umap-learn, which is not installed; install it, "
            "or take projection='tsne'."
        ) from None
    neighbors = min(15, len(codes) - 1)
    return umap.UMAP(n_neighbors=neighbors, random_state=0).fit_transform(codes), [
        "UMAP 1",
        "UMAP 2",
    ]


projections: dict[str, Projection] = {
    "pca": Projection(_pca, 10**9),
    "tsne": Projection(_tsne, 3_000),
    "umap": Projection(_umap, 10_000),
}
