"""Many dimensions on the plane: neighbours stay neighbours, and two dimensions are left alone."""

import importlib.util

import numpy as np
import pytest

from latentia.plotting import latent_map, projections

RNG = np.random.default_rng(0)
GROUPS = np.arange(90) % 3
CODES = 20 * np.eye(3, 6)[GROUPS] + RNG.normal(size=(90, 6))


def test_tsne_keeps_groups_apart():
    figure = latent_map(CODES, GROUPS, projection="tsne")
    (drawn,) = figure.axes[0].collections
    points = np.asarray(drawn.get_offsets())
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(90)
    colors = drawn.get_facecolors()
    assert (colors[distances.argmin(axis=1)] == colors).all()
    assert figure.axes[0].get_xlabel() == "t-SNE 1"


@pytest.mark.parametrize("name", ["pca", "tsne"])
def test_a_plane_is_drawn_as_it_is(name):
    figure = latent_map(CODES[:, :2], projection=name)
    points = figure.axes[0].collections[0].get_offsets()
    assert {tuple(p) for p in points} == {tuple(p) for p in CODES[:, :2]}


def test_four_codes_are_enough():
    for name in ("pca", "tsne"):
        assert projections[name].apply(CODES[:4].astype(np.float32))[0].shape == (4, 2)


def test_unknown_and_missing_projections_are_refused():
    with pytest.raises(ValueError, match="did you mean 'tsne'"):
        latent_map(CODES, projection="t-sne")
    if importlib.util.find_spec("umap") is None:
        with pytest.raises(ValueError, match="umap-learn, which is not installed"):
            latent_map(CODES, projection="umap")
