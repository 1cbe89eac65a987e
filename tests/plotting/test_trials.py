"""A search in a picture: every trial, the best so far, and what mattered."""

import numpy as np
import pytest

from latentia.plotting import trials


@pytest.mark.parametrize(("maximize", "best"), [(False, [3, 3, 1, 1]), (True, [3, 3, 3, 4])])
def test_the_best_so_far_never_gets_worse(maximize, best):
    ax = trials([3.0, np.nan, 1.0, 4.0], maximize=maximize).axes[0]
    assert ax.lines[0].get_ydata().tolist() == best
    assert [len(dots.get_offsets()) for dots in ax.collections] == [3]


def test_a_pruned_trial_is_no_best():
    ax = trials([3.0, 1.0, 2.0], pruned=[False, True, False]).axes[0]
    assert ax.lines[0].get_ydata().tolist() == [3, 3, 2]
    assert [len(dots.get_offsets()) for dots in ax.collections] == [2, 1]


def test_importances_stand_beside_it():
    figure = trials([3.0, 1.0], {"learning_rate": 0.9, "beta": 0.1}, label="score")
    values, shares = figure.axes
    assert values.get_ylabel() == "score"
    assert [text.get_text() for text in shares.get_yticklabels()] == ["learning rate", "beta"]
    assert [bar.get_width() for bar in shares.patches] == [0.9, 0.1]


def test_one_trial_far_off_does_not_hide_the_others():
    near = trials([1.0, 1.1, 1.2, 1.3, 1.4, 900.0]).axes[0]
    assert near.get_ylim()[1] < 2
    high = trials([-1.0, -1.1, -1.2, -1.3, -1.4, -900.0], maximize=True).axes[0]
    assert high.get_ylim()[0] > -2


def test_refusals():
    with pytest.raises(ValueError, match="values and pruned"):
        trials([1.0, 2.0], pruned=[True])
    with pytest.raises(ValueError, match="n > 0"):
        trials([])
