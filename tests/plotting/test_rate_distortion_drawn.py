"""The curve goes through its points, in the order of the weights."""

import numpy as np
import pytest

from latentia.plotting import rate_distortion


def test_points_are_in_the_order_of_the_weights_and_say_them():
    figure = rate_distortion([0.0, 8.0, 4.0], [9.0, 1.0, 3.0], [16, 0.01, 1])
    (line,) = figure.axes[0].lines
    np.testing.assert_array_equal(line.get_xydata(), [[8, 1], [4, 3], [0, 9]])
    notes = figure.axes[0].texts
    assert [note.get_text() for note in notes] == ["β = 0.01", "β = 1", "β = 16"]
    assert [note.xy for note in notes] == [(8, 1), (4, 3), (0, 9)]


def test_points_that_lie_together_share_a_note():
    figure = rate_distortion([5.0, 0.01, 0.0], [1.0, 9.0, 9.0], [1, 16, 64])
    assert [note.get_text() for note in figure.axes[0].texts] == ["β = 1", "β = 16, 64"]


def test_one_point():
    figure = rate_distortion([1.0], [2.0], [3.0])
    figure.draw_without_rendering()
    assert [note.get_text() for note in figure.axes[0].texts] == ["β = 3"]


def test_refusals():
    with pytest.raises(ValueError, match="as many"):
        rate_distortion([1.0, 2.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="as many"):
        rate_distortion([], [], [])
    with pytest.raises(ValueError, match=r"rates\[1\] is inf"):
        rate_distortion([1.0, np.inf], [1.0, 1.0], [1.0, 0.0])
