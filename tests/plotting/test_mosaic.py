"""A mosaic shows every image once, at its place."""

import numpy as np
import pytest
import torch

from latentia.plotting import mosaic

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n_columns", [1, 3, 5, 9])
def test_each_grey_image_is_at_its_place(n_columns):
    images = RNG.normal(size=(7, 4, 3))
    canvas = mosaic(images, n_columns)
    for i, image in enumerate(images):
        top, left = i // n_columns * 5, i % n_columns * 4
        np.testing.assert_array_equal(canvas[top : top + 4, left : left + 3], image)
    assert np.isnan(canvas).sum() == canvas.size - images.size
    assert canvas.shape == (-(-7 // n_columns) * 5 - 1, n_columns * 4 - 1)


def test_each_colour_image_is_at_its_place():
    images = RNG.uniform(size=(4, 3, 2, 5))
    canvas = mosaic(images, 2)
    assert canvas.shape == (5, 11, 3)
    np.testing.assert_array_equal(canvas[3:, 6:], images[3].transpose(1, 2, 0))
    assert (canvas[2] == 1).all() and (canvas[:, 5] == 1).all()


def test_colours_of_bytes_and_of_fractions_are_the_same():
    images = RNG.integers(0, 256, (4, 3, 2, 5), dtype=np.uint8)
    np.testing.assert_allclose(mosaic(images, 2), mosaic(images / 255, 2))
    assert mosaic(np.full((1, 3, 1, 1), 1.5), 1).max() == 1


@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_other_channels_are_averaged(n_channels):
    images = torch.rand(4, n_channels, 3, 3)
    np.testing.assert_allclose(mosaic(images, 2), mosaic(images.double().mean(1), 2), rtol=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match=r"have \(3, 3\)"):
        mosaic(np.eye(3), 1)
    with pytest.raises(ValueError, match="n_columns=0"):
        mosaic(np.ones((1, 2, 2)), 0)
