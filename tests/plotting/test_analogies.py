"""Rows are examples, columns are conditions, and the first column is the example itself."""

import numpy as np
import pytest

from latentia.plotting import analogies

X = np.stack([np.full((3, 4), 0.1 * i) for i in range(1, 4)])
CHANGED = np.stack([X + 0.01, X + 0.02], axis=1)


def test_every_image_has_its_place():
    figure = analogies(X, CHANGED, ["a", "b"])
    (image,) = figure.axes[0].images
    pixels = np.asarray(image.get_array())
    for i in range(3):
        for j, expected in enumerate([0.0, 0.01, 0.02]):
            np.testing.assert_allclose(pixels[4 * i, 5 * j], 0.1 * (i + 1) + expected)
    ticks = figure.axes[0].get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["example", "a", "b"]
    assert [tick.get_position()[0] for tick in ticks] == [1.5, 6.5, 11.5]


def test_colours():
    colours = np.zeros((2, 3, 5, 5))
    figure = analogies(colours, np.stack([colours + 1] * 3, axis=1))
    assert np.asarray(figure.axes[0].images[0].get_array()).shape == (11, 23, 3)


def test_refusals():
    with pytest.raises(ValueError, match="must hold images"):
        analogies(np.zeros((3, 4)), np.zeros((3, 2, 4)))
    with pytest.raises(ValueError, match=r"\(3, 2, 3, 4\) and \(3, 2, 3, 5\)"):
        analogies(X, np.zeros((3, 2, 3, 5)))
    with pytest.raises(ValueError, match="names must hold 2"):
        analogies(X, CHANGED, ["a"])
