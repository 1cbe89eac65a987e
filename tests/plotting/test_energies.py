"""The histogram counts every example, and parts them at the threshold."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from latentia.plotting import energies

VALUES = np.append(np.random.default_rng(0).normal(size=400), 1e6)


def counts(figure):
    return [sum(bar.get_height() for bar in bars) for bars in figure.axes[0].containers]


def test_every_example_is_counted_on_its_side():
    figure = energies(VALUES, threshold=1.0)
    below, above = counts(figure)
    assert (below, above) == ((VALUES <= 1).sum(), (VALUES > 1).sum())
    assert figure.axes[0].lines[0].get_xdata()[0] == 1.0


@pytest.mark.parametrize("threshold", [-1.0, 0.123, 2.0])
def test_no_bar_lies_on_both_sides(threshold):
    below, above = energies(VALUES, threshold=threshold).axes[0].containers
    ends = [bar.get_x() + bar.get_width() for bar in below if bar.get_height()]
    starts = [bar.get_x() for bar in above if bar.get_height()]
    assert max(ends) <= threshold + 1e-9 and min(starts) >= threshold - 1e-9


def test_one_extreme_example_does_not_hide_the_others():
    ax = energies(VALUES).axes[0]
    assert ax.get_xlim()[1] < 10
    assert "the last bar holds" in ax.get_xlabel() and "up to 1e+06" in ax.get_xlabel()
    assert energies(VALUES, threshold=100.0).axes[0].get_xlim()[1] > 100


def test_a_short_tail_is_drawn_whole():
    values = np.append(np.linspace(0, 1, 999), 1.5)
    ax = energies(values).axes[0]
    assert ax.get_xlim()[1] > 1.5 and ax.get_xlabel() == "energy (nats)"
    assert energies(values, unit="l2").axes[0].get_xlabel() == "energy (l2)"


def test_equal_energies_and_no_outliers():
    assert sum(counts(energies(np.ones(5)))) == 5
    figure = Figure()
    ax = figure.add_subplot()
    assert energies([1.0, 2.0], threshold=9.0, ax=ax) is figure
    assert ax.get_title().startswith("0 of 2 examples are")


def test_refusals():
    for wrong in ([], [[1.0]], ["a"]):
        with pytest.raises(ValueError, match="one number for each example"):
            energies(wrong)
    with pytest.raises(ValueError, match="NaN"):
        energies([1.0, np.nan])
