"""Codes are drawn where they are, and coloured by what they are."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from latentia.plotting import latent_map

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(300, 2))
Y = RNG.integers(0, 4, 300)


def drawn(figure):
    (points,) = figure.axes[0].collections
    return points


def test_two_dimensions_are_drawn_as_they_are():
    figure = latent_map(PLANE)
    assert {tuple(p) for p in drawn(figure).get_offsets()} == {tuple(p) for p in PLANE}
    assert figure.axes[0].get_aspect() == 1
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("$z_{1}$", "$z_{2}$")


def test_more_dimensions_are_projected_with_the_shares_of_variance():
    codes = RNG.normal(size=(300, 6)) * [5, 1, 3, 1, 1, 1]
    figure = latent_map(codes)
    pca = PCA(2).fit(codes)
    expected = pca.transform(codes)
    got = np.asarray(drawn(figure).get_offsets())
    # The sign of a component is nobody's choice.
    np.testing.assert_allclose(np.sort(np.abs(got), axis=0), np.sort(np.abs(expected), axis=0))
    labels = (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel())
    for label, share in zip(labels, pca.explained_variance_ratio_, strict=True):
        assert f"({share:.0%} of the variance)" in label


@pytest.mark.parametrize("labels", [Y, Y.astype(float), np.array(list("abcd"))[Y]])
def test_classes_have_one_colour_each_and_are_named_at_their_medians(labels):
    plane = PLANE + 9 * Y[:, None]
    figure = latent_map(plane, labels, label="kind")
    ax = figure.axes[0]
    names = [text.get_text() for text in ax.texts]
    legend = ax.get_legend()
    assert names == [text.get_text() for text in legend.texts]
    assert names == (list("abcd") if labels.dtype.kind == "U" else list("0123"))
    assert legend.get_title().get_text() == "kind"
    handles = [to_hex(handle.get_color()) for handle in legend.legend_handles]
    assert len(set(handles)) == 4
    color_of = {
        tuple(point): to_hex(color)
        for point, color in zip(
            drawn(figure).get_offsets(), drawn(figure).get_facecolors(), strict=True
        )
    }
    for i in range(4):
        assert {color_of[tuple(point)] for point in plane[i == Y]} == {handles[i]}
        np.testing.assert_allclose(ax.texts[i].get_position(), np.median(plane[i == Y], axis=0))


def test_numbers_are_a_colour_scale():
    figure = latent_map(PLANE, PLANE[:, 0], label="height")
    points = figure.axes[0].collections[0]
    np.testing.assert_array_equal(points.get_array(), points.get_offsets()[:, 0])
    assert points.get_cmap().name == "viridis"
    assert figure.axes[1].get_ylabel() == "height"
    many = latent_map(PLANE, np.arange(300))
    assert len(many.axes) == 2


def test_of_many_texts_the_rarest_are_others():
    counts = [30] * 19 + [1] * 8
    labels = np.repeat([f"c{i:02}" for i in range(27)], counts)
    figure = latent_map(RNG.normal(size=(len(labels), 2)), labels)
    names = [text.get_text() for text in figure.axes[0].get_legend().texts]
    assert names == [f"c{i:02}" for i in range(19)] + ["other"]


def test_one_dimension_is_a_histogram_or_a_band_for_each_class():
    counts = [patch.get_height() for patch in latent_map(PLANE[:, :1]).axes[0].patches]
    assert sum(counts) == 300
    figure = latent_map(PLANE[:, :1], Y)
    bands = {x: round(height) for x, height in drawn(figure).get_offsets()}
    assert bands == dict(zip(PLANE[:, 0], Y, strict=True))
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list("0123")
    against = drawn(latent_map(PLANE[:, :1], PLANE[:, 1]))
    assert {tuple(p) for p in against.get_offsets()} == {tuple(p) for p in PLANE}


def test_no_more_than_ten_thousand_points_with_their_own_labels():
    codes = RNG.normal(size=(10_500, 2))
    points = drawn(latent_map(codes, codes[:, 0] * 2))
    assert len(points.get_offsets()) == 10_000
    np.testing.assert_array_equal(points.get_array(), points.get_offsets()[:, 0] * 2)


def test_it_draws_where_it_is_told():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert latent_map(PLANE, ax=right) is figure
    assert not left.collections and right.collections


def test_refusals():
    with pytest.raises(ValueError, match="each of the 300 examples"):
        latent_map(PLANE, Y[:5])
    with pytest.raises(ValueError, match=r"codes holds NaN.*example 1"):
        latent_map([[0.0, 1.0], [np.nan, 1.0]])
    with pytest.raises(ValueError, match="at least 3"):
        latent_map(np.eye(4)[:2])


def test_names_at_one_place_are_written_above_each_other():
    codes = np.random.default_rng(0).normal(size=(300, 2))
    texts = latent_map(codes, np.arange(300) % 3).axes[0].texts
    heights = sorted(text.get_position()[1] for text in texts)
    apart = 0.99 * 0.05 * np.ptp(codes[:, 1])
    assert min(np.diff(heights)) > apart
