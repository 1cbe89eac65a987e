"""Copies are at distance 0 from the data, and are shown first."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from latentia.plotting import neighbors

DIGITS = load_digits().images[:200]
TABLE = np.random.default_rng(0).normal(size=(300, 4))


def distances(figure):
    return [float(text.get_text()) for text in figure.axes[0].texts]


def test_a_copy_comes_first_beside_itself():
    new = DIGITS[5] + 3.0
    figure = neighbors(np.stack([new, DIGITS[7]]), DIGITS[:50], n_neighbors=2)
    assert distances(figure)[0] == 0
    everything = np.linalg.norm((DIGITS[:50] - new).reshape(50, -1), axis=1)
    expected = np.sort(everything)[:2]
    np.testing.assert_allclose(distances(figure)[2:], expected, rtol=5e-3)
    image = np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)
    np.testing.assert_array_equal(image[:8, :8], DIGITS[7])
    np.testing.assert_array_equal(image[:8, 9:17], DIGITS[7])
    nearest = DIGITS[int(everything.argmin())]
    np.testing.assert_array_equal(image[12:20, 9:17], nearest)


def test_distances_count_features_by_their_scale():
    data = np.array([[[0.0, 0.0]], [[10.0, 0.1]]])
    x = [[[0.0, 0.1]]]
    (near, _) = distances(neighbors(x, data, n_neighbors=2))
    assert near == 0.1
    scaled = neighbors(x, data, n_neighbors=2, scale=[[100.0, 0.01]])
    assert distances(scaled)[0] == 0.1  # the other one


def test_copies_of_a_table_pile_up_at_zero():
    for x, at_zero in ((TABLE[:100], True), (TABLE[:100] + 5.0, False)):
        outline = neighbors(x, TABLE).axes[0].patches[-1].get_xy()
        first_bar = outline[outline[:, 0] <= outline[:, 0].max() / 30 + 1e-9, 1].max()
        assert (first_bar > 0) == at_zero


def test_colours_are_drawn_on_white():
    x = np.random.default_rng(0).uniform(0, 255, (9, 3, 6, 6))
    image = neighbors(x[:2], x, n=2, n_neighbors=1).axes[0].images[0].get_array()
    assert image.shape[-1] == 3 and np.isfinite(image).all()
    assert (np.asarray(image)[6] == 1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n=0"),
        ({"n_neighbors": 0}, "n_neighbors=0"),
        ({"n_neighbors": 301}, "at most the 300 examples"),
        ({"x": TABLE[:, :2]}, "Examples of x and data"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        neighbors(**{"x": TABLE[:5], "data": TABLE, **arguments})
