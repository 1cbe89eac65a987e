"""A difference that may be nothing looks different from one that is not."""

import pytest

from latentia.plotting import differences


def test_intervals_that_hold_zero_are_hollow():
    ax = differences([1.0, 0.1], [[0.5, 1.5], [-0.2, 0.4]], ["deep", "wide"]).axes[0]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [dot.get_xdata()[0] for dot in dots] == [1.0, 0.1]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, True]
    spans = [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2][1:]
    assert spans == [(0.5, 1.5), (-0.2, 0.4)]
    # From the top.
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_refusals():
    with pytest.raises(ValueError, match="means, intervals and names"):
        differences([1.0], [[0.5, 1.5], [0.0, 1.0]], ["deep"])
