"""Arrows lead from where they start to where the model says, and cover the data."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from latentia.plotting import vector_field

DATA = np.random.default_rng(0).normal(size=(300, 2)) * [1.0, 100.0]


def drawn(figure, kind):
    (found,) = (part for part in figure.axes[0].collections if isinstance(part, kind))
    return found


def test_arrows_have_their_true_length_and_direction():
    arrows = drawn(vector_field(lambda x: 0.25 * x + [1.0, -2.0], DATA, n=7), Quiver)
    start = np.asarray(arrows.XY)
    assert len(start) == 49
    moved = np.stack([arrows.U, arrows.V], axis=1)
    np.testing.assert_allclose(start + moved, 0.25 * start + [1.0, -2.0], atol=1e-4)
    assert (arrows.scale, arrows.angles, arrows.scale_units) == (1, "xy", "xy")


def test_the_grid_covers_the_data_and_the_dots_are_the_data():
    figure = vector_field(lambda x: x, DATA)
    start = np.asarray(drawn(figure, Quiver).XY)
    assert len(start) == 400
    assert (start.min(0) < DATA.min(0)).all() and (start.max(0) > DATA.max(0)).all()
    points = np.asarray(drawn(figure, PathCollection).get_offsets())
    np.testing.assert_allclose(np.sort(points, axis=0), np.sort(DATA, axis=0))


def test_a_feature_that_never_changes_is_drawn():
    vector_field(lambda x: x, np.ones((5, 2)) * [1.0, 3.0]).draw_without_rendering()


def test_arrows_go_where_they_are_told():
    ax = Figure().add_subplot()
    assert vector_field(lambda x: x, DATA, ax=ax) is ax.get_figure()


def test_refusals_are_one_sentence():
    with pytest.raises(ValueError, match=r"data must have two features.*\(5, 3\)"):
        vector_field(lambda x: x, np.ones((5, 3)))
    with pytest.raises(ValueError, match="n=1 must be at least 2"):
        vector_field(lambda x: x, DATA, n=1)
    with pytest.raises(ValueError, match=r"\(400, 2\) and \(400, 1\)"):
        vector_field(lambda x: x[:, :1], DATA)
