"""Curves of training and bars of divergence show the numbers, in units and in order."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from latentia import plotting
from latentia.plotting import kl_per_dimension, loss_curves

FALLING = [50.0, *np.linspace(3, 1, 19)]
CURVES = {
    "epoch": list(range(11, 31)),
    "step": list(range(20)),
    "learning_rate": [0.1] * 20,
    "loss": FALLING,
    "kl": list(np.linspace(0, 2, 20)),
    "elbo": [-loss for loss in FALLING],
    "validation_loss": [49.0, *np.linspace(3.5, 2, 19)],
    "validation_kl": list(np.linspace(0, 2, 20)),
    "validation_elbo": [0.0] * 20,
}


def test_a_panel_for_each_term_with_its_validation():
    figure = loss_curves(CURVES)
    assert [ax.get_title() for ax in figure.axes] == ["loss", "kl"]
    train, validation = figure.axes[0].lines
    np.testing.assert_array_equal(train.get_xdata(), CURVES["epoch"])
    np.testing.assert_array_equal(train.get_ydata(), CURVES["loss"])
    np.testing.assert_array_equal(validation.get_ydata(), CURVES["validation_loss"])
    names = [text.get_text() for text in figure.legends[0].texts]
    assert names == ["training", "validation"]


def test_a_bound_that_is_not_the_loss_is_shown():
    curves = {"loss": [3.0, 2.0], "elbo": [-2.0, -1.0]}
    assert [ax.get_title() for ax in loss_curves(curves).axes] == ["loss", "elbo"]


def test_the_first_peak_does_not_set_the_range_but_a_steady_fall_is_whole():
    figure = loss_curves(CURVES)
    low, high = figure.axes[0].get_ylim()
    assert low < 1 and 3.5 < high < 4
    low, high = figure.axes[1].get_ylim()
    assert low < 0 and high > 2


def test_few_epochs_are_all_in_sight_and_have_their_unit():
    figure = loss_curves({"loss": [100.0, 3.0, 2.0, 1.5, 1.2], "kl": [1.0] * 5}, unit="nats")
    assert figure.axes[0].get_ylim()[1] > 100
    assert [ax.get_ylabel() for ax in figure.axes] == ["nats", ""]
    assert loss_curves({"loss": [1.0]}).axes[0].get_ylabel() == ""


@pytest.mark.parametrize("values", [[2.0], [np.nan, 2.0], [1.0] * 9, [9.0] + [1.0] * 9])
def test_short_flat_and_broken_curves(values):
    figure = loss_curves({"loss": values})
    figure.draw_without_rendering()
    assert not figure.legends
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xdata(), range(1, len(values) + 1))


def test_curves_refused():
    with pytest.raises(ValueError, match="no curve"):
        loss_curves({"epoch": [1, 2]})
    with pytest.raises(ValueError, match=r"same length.*'kl': 1"):
        loss_curves({"loss": [1.0, 2.0], "kl": [1.0]})


def test_bars_are_sorted_and_name_their_dimension():
    kl = np.array([0.005, 3.0, 0.0, 1.0])
    ax = kl_per_dimension(kl).axes[0]
    np.testing.assert_array_equal([bar.get_height() for bar in ax.patches], [3, 1, 0.005, 0])
    assert [text.get_text() for text in ax.get_xticklabels()] == [
        f"$z_{{{j}}}$" for j in (2, 4, 1, 3)
    ]
    used, unused = {to_hex(bar.get_facecolor()) for bar in ax.patches[:2]}, ax.patches[2:]
    assert len(used) == 1 and not used & {to_hex(bar.get_facecolor()) for bar in unused}
    assert ax.get_title().startswith(f"{kl.sum():.2f} nats in all; 2 of 4")


def test_many_bars_share_the_labels():
    ax = kl_per_dimension(np.arange(200.0)).axes[0]
    assert len(ax.patches) == 200 and len(ax.get_xticks()) <= 32


def test_bars_go_where_they_are_told_and_need_numbers():
    figure = Figure()
    ax = figure.add_subplot()
    assert kl_per_dimension([1.0], ax=ax) is figure
    with pytest.raises(ValueError, match="kl must hold one number for each dimension"):
        kl_per_dimension(None)


def test_all_is_sorted_and_there():
    assert plotting.__all__ == sorted(plotting.__all__)
    assert all(getattr(plotting, name).__doc__ for name in plotting.__all__)
