"""A manifold is the decoder's answer to a grid of codes, the second code upwards."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from latentia.plotting import manifold


def corners(z):
    """Two pixels, which are the code."""
    return z.reshape(-1, 1, 2)


def canvas(figure):
    return figure.axes[0].images[0].get_array().filled(np.nan)


def test_corners_are_the_quantiles_of_the_prior():
    image = canvas(manifold(corners, (1, 2), n=5, quantiles=(0.1, 0.8)))
    low, high = Normal(0.0, 1.0).icdf(torch.tensor([0.1, 0.8])).tolist()
    np.testing.assert_allclose(image[0, :2], [low, high], rtol=1e-5)
    np.testing.assert_allclose(image[-1, :2], [low, low], rtol=1e-5)
    np.testing.assert_allclose(image[0, -2:], [high, high], rtol=1e-5)
    np.testing.assert_allclose(image[-1, -2:], [high, low], rtol=1e-5)


def test_the_grid_is_even_in_probability():
    row = canvas(manifold(corners, (1, 2), n=5))[0, ::3]
    steps = np.diff(Normal(0.0, 1.0).cdf(torch.as_tensor(row)).numpy())
    np.testing.assert_allclose(steps, 0.96 / 4, rtol=1e-4)


def test_an_extent_is_even_in_the_code():
    image = canvas(manifold(corners, (1, 2), n=3, extent=(-1, 1, 10, 20)))
    np.testing.assert_allclose(image[0, ::3], [-1, 0, 1])
    np.testing.assert_allclose(image[::2, 1], [20, 15, 10])


@pytest.mark.parametrize("n", [2, 5, 20])
def test_ticks_are_the_codes_of_the_images_they_stand_at(n):
    ax = manifold(lambda z: z[:, :1, None] + np.zeros((4, 3)), (4, 3), n=n).axes[0]
    image = canvas(ax.figure)
    for place, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True):
        value = float(text.get_text().replace("−", "-"))
        assert image[0, round(place)] == pytest.approx(value, abs=0.006)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) >= 2


def test_colours_and_tensors():
    figure = manifold(lambda z: torch.rand(len(z), 3, 4, 4), (3, 4, 4), n=3)
    assert figure.axes[0].images[0].get_array().shape == (14, 14, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"event_shape": (2,)}, r"event_shape=\(2,\) is not an image"),
        ({"n": 1}, "n=1"),
        ({"quantiles": (0.0, 0.5)}, "quantiles="),
        ({"extent": (1, 0, 0, 1)}, "extent="),
        ({"event_shape": (2, 2)}, r"what decode returns.*\(400, 2, 2\) and \(400, 1, 2\)"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        manifold(corners, **{"event_shape": (1, 2), **arguments})
