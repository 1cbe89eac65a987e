"""Every bubble is one standard deviation of its posterior."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from latentia.plotting import bubbles

RNG = np.random.default_rng(0)
LOC = RNG.normal(size=(40, 2))
SCALE = RNG.uniform(0.1, 2, size=(40, 2))
FACTORS = RNG.normal(size=(40, 2, 2))
COVARIANCES = FACTORS @ FACTORS.transpose(0, 2, 1) + 0.1 * np.eye(2)


def drawn(figure):
    ellipses, means = figure.axes[0].collections
    return [path.vertices for path in ellipses.get_paths()], np.asarray(means.get_offsets())


@pytest.mark.parametrize("full", [False, True])
def test_edges_are_one_standard_deviation_from_the_mean(full):
    inverse = np.linalg.inv(COVARIANCES if full else SCALE[:, :, None] ** 2 * np.eye(2))
    edges, means = drawn(bubbles(LOC, COVARIANCES if full else SCALE))
    assert len(edges) == len(means) == 40
    for vertices, mean in zip(edges, means, strict=True):
        i = int(np.abs(LOC - mean).sum(1).argmin())
        away = vertices - LOC[i]
        np.testing.assert_allclose(np.einsum("ni,ij,nj->n", away, inverse[i], away), 1, rtol=1e-6)


def test_diagonal_covariances_are_standard_deviations_squared():
    by_scale, _ = drawn(bubbles(LOC, SCALE))
    by_covariance, _ = drawn(bubbles(LOC, SCALE[:, :, None] ** 2 * np.eye(2)))
    np.testing.assert_allclose(by_scale, by_covariance)


def test_the_circle_of_the_prior_is_in_the_picture_and_round():
    figure = bubbles(LOC[:1] + 50, SCALE[:1])
    ax = figure.axes[0]
    (circle,) = ax.lines
    np.testing.assert_allclose(np.hypot(*circle.get_data()), 1)
    assert ax.get_xlim()[0] < -1 and ax.get_xlim()[1] > 50
    assert ax.get_aspect() == 1


def test_points_without_width_are_seen():
    _, means = drawn(bubbles(LOC, np.zeros((40, 2))))
    assert {tuple(mean) for mean in means} == {tuple(mean) for mean in LOC}


def test_bubbles_upon_each_other_are_pale():
    def opacity(loc):
        ellipses, _ = bubbles(loc, np.full((40, 2), 1.0)).axes[0].collections
        return ellipses.get_facecolors()[0, 3]

    assert opacity(np.zeros((40, 2))) < 0.01 < 0.1 < opacity(100 * LOC)


@pytest.mark.parametrize(
    "y", [np.arange(40) % 3, np.linspace(0.1, 2, 40), np.array(list("ab") * 20)]
)
def test_labels_are_colours(y):
    figure = bubbles(LOC, SCALE, y, label="kind")
    assert isinstance(figure, Figure)
    edges = np.unique(figure.axes[0].collections[0].get_edgecolors(), axis=0)
    assert len(edges) == len(np.unique(y))


def test_hundreds_are_drawn_and_no_more():
    edges, _ = drawn(bubbles(np.zeros((2000, 2)), np.ones((2000, 2))))
    assert len(edges) == 300


def test_refusals():
    with pytest.raises(ValueError, match=r"\(n, 2\), but has \(40, 3\)"):
        bubbles(np.zeros((40, 3)), np.ones((40, 3)))
    with pytest.raises(ValueError, match=r"none below 0.*\(39, 2\)"):
        bubbles(LOC, SCALE[:39])
    with pytest.raises(ValueError, match="smallest value of -"):
        bubbles(LOC, -SCALE)
    with pytest.raises(ValueError, match="positive definite"):
        bubbles(LOC, -COVARIANCES)
    with pytest.raises(ValueError, match="40 examples"):
        bubbles(LOC, SCALE, y=[1, 2])
