"""Curves of explained variance show every share at its number of codes."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from latentia.plotting import explained_variance

CURVES = {"PCA": [0.5, 0.8, 0.9], "model": np.linspace(0.1, 1, 40)}


def test_each_curve_is_there_by_name():
    figure = explained_variance(CURVES)
    ax = figure.axes[0]
    _, *lines = ax.lines
    for line, (name, curve) in zip(lines, CURVES.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(curve) + 1))
        np.testing.assert_array_equal(line.get_ydata(), curve)
    assert len({line.get_color() for line in lines}) == 2
    assert [text.get_text() for text in figure.legends[0].texts] == list(CURVES)
    figure.draw_without_rendering()
    assert all(text.get_text().endswith("%") for text in ax.get_yticklabels())


def test_everything_and_nothing_are_in_the_picture():
    for curve, lowest in (([0.9], 0.0), ([-0.2, 1.0], -0.2), ([-9.0, 1.0], -0.5)):
        low, high = explained_variance({"model": curve}).axes[0].get_ylim()
        # A whole dot has room at either end.
        assert lowest - 0.1 < low < lowest and high > 1


def test_one_curve_has_no_legend_and_goes_where_it_is_told():
    figure = Figure()
    ax = figure.add_subplot()
    assert explained_variance({"model": [0.5]}, ax=ax) is figure
    assert not figure.legends


def test_refusals():
    with pytest.raises(ValueError, match="curves is empty"):
        explained_variance({})
    with pytest.raises(ValueError, match=r"curves\['model'\] must hold one number"):
        explained_variance({"PCA": [1.0], "model": []})
    with pytest.raises(ValueError, match=r"curves\['PCA'\] holds NaN"):
        explained_variance({"PCA": [np.nan]})
