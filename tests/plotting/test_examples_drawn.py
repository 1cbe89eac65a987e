"""Originals, reconstructions and samples are drawn as the numbers they are."""

import io

import matplotlib
import numpy as np
import pytest

from latentia.data import load
from latentia.plotting import mosaic, reconstructions, samples

RNG = np.random.default_rng(0)
DIGITS = load("digits").X
TABLES = {d: (RNG.normal(size=(60, d)), RNG.normal(size=(60, d))) for d in (1, 2, 3, 15)}


def saved(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def test_originals_are_above_their_reconstructions():
    figure = reconstructions(DIGITS, DIGITS / 2, n=6)
    (image,) = figure.axes[0].images
    expected = mosaic(np.concatenate([DIGITS[:6], DIGITS[:6] / 2]), 6)
    np.testing.assert_array_equal(image.get_array().filled(np.nan), expected)
    # Half the ink looks like half the ink.
    assert image.get_clim() == (0, 16)
    assert len(saved(figure)) > 1000


def test_fewer_images_than_asked_for():
    (image,) = reconstructions(DIGITS[:3], DIGITS[:3], n=10).axes[0].images
    assert image.get_array().shape == (17, 26)


def test_points_are_joined_to_their_reconstructions():
    x, x_hat = TABLES[2]
    ax = reconstructions(x, x_hat, names=["a", "b"]).axes[0]
    lines, original, reconstructed = ax.collections
    pairs = np.stack([original.get_offsets(), reconstructed.get_offsets()], axis=1)
    np.testing.assert_array_equal(lines.get_segments(), pairs)
    assert {tuple(p) for p in original.get_offsets()} == {tuple(p) for p in x}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")


@pytest.mark.parametrize("d", [1, 3, 15])
def test_features_have_a_panel_each(d):
    x, x_hat = TABLES[d]
    names = [f"length {j}" for j in range(d)]
    figure = reconstructions(x, x_hat, names=names)
    assert [ax.get_title() for ax in figure.axes] == names[:12]
    points = figure.axes[-1].collections[0].get_offsets()
    j = min(d, 12) - 1
    assert {tuple(p) for p in points} == set(zip(x[:, j], x_hat[:, j], strict=True))


def test_samples_fill_a_square_in_the_grey_of_the_data():
    (image,) = samples(DIGITS[:20] / 2, DIGITS, n=9).axes[0].images
    np.testing.assert_array_equal(image.get_array().filled(np.nan), mosaic(DIGITS[:9] / 2, 3))
    assert image.get_clim() == (0, 16)


def test_samples_lie_over_the_data():
    x, data = TABLES[2]
    figure = samples(x, data)
    below, above = figure.axes[0].collections
    assert {tuple(p) for p in below.get_offsets()} == {tuple(p) for p in data}
    assert {tuple(p) for p in above.get_offsets()} == {tuple(p) for p in x}
    assert [text.get_text() for text in figure.legends[0].texts] == ["data", "samples"]


def test_histograms_of_samples_and_data_are_densities_over_the_same_bins():
    x, data = TABLES[3]
    figure = samples(np.concatenate([x, x]), data + 3)
    for ax in figure.axes:
        filled, outline = ax.patches
        np.testing.assert_allclose(np.ptp(filled.get_xy()[:, 0]), np.ptp(outline.get_xy()[:, 0]))
        for patch in (filled, outline):
            corners = patch.get_xy()
            area = abs(np.sum(corners[:-1, 0] * np.diff(corners[:, 1])))
            assert area == pytest.approx(1)


@pytest.mark.parametrize(("n", "bars"), [(9, 5), (100, 10), (4000, 30)])
def test_few_examples_have_few_bars(n, bars):
    x = np.random.default_rng(0).normal(size=(n, 3))
    (outline,) = samples(x).axes[0].patches
    assert len(np.unique(outline.get_xy()[:, 0])) == bars + 1


def test_no_global_state(monkeypatch):
    settings = dict(matplotlib.rcParams)
    saved(samples(DIGITS[:4]))
    assert dict(matplotlib.rcParams) == settings
    from matplotlib._pylab_helpers import Gcf

    assert not Gcf.figs


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: reconstructions(DIGITS, DIGITS[:5]), "x and x_hat must have the same shape"),
        (lambda: reconstructions(DIGITS, DIGITS, n=0), "n=0"),
        (lambda: reconstructions(*TABLES[3], names=["a"]), "names has 1 entries for 3 features"),
        (lambda: samples(DIGITS, DIGITS[:, 1:]), "Examples of x and data must have the same shape"),
        (lambda: samples(np.zeros((2, 1, 1, 1, 1))), "cannot be drawn"),
        (lambda: samples(["a", "b"]), "x must hold numbers"),
    ],
)
def test_refusals(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
