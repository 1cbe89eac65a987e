"""An energy surface covers the data, follows the energy, and says how its colours run."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from latentia.plotting import energy_surface

DATA = np.random.default_rng(0).normal(size=(300, 2)) * [1.0, 100.0]


def bowl(x):
    return (x**2).sum(1) + 50.0


def label(figure):
    return figure.axes[1].get_ylabel()


def test_the_picture_holds_the_data_and_a_margin():
    figure = energy_surface(bowl, DATA, n=20)
    low, high = np.transpose([figure.axes[0].get_xlim(), figure.axes[0].get_ylim()])
    assert (low < DATA.min(0)).all() and (high > DATA.max(0)).all()
    (dots,) = (c for c in figure.axes[0].collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(
        np.sort(np.asarray(dots.get_offsets()), axis=0), np.sort(DATA, axis=0)
    )


def test_the_energy_is_asked_at_every_point_of_the_grid():
    asked = []
    energy_surface(lambda x: (asked.append(x), bowl(x))[1], DATA, n=7)
    assert [x.shape for x in asked] == [(49, 2)]


def test_decades_get_the_logarithm_and_say_so():
    x = DATA / [1.0, 100.0]
    assert "logarithm" in label(energy_surface(lambda x: np.exp((x**2).sum(1)), x, n=20))
    assert label(energy_surface(bowl, x, n=20, unit="nats")) == "energy (nats)"
    assert "logarithm" not in label(energy_surface(lambda x: x[:, 0], x, n=20))


def test_common_limits_give_common_colours():
    bars = [
        energy_surface(lambda x, s=s: s * bowl(x), DATA, n=9, limits=(1.0, 9.0)) for s in (1, 2)
    ]
    assert [bar.axes[1].get_ylim() for bar in bars] == [(1.0, 9.0)] * 2


@pytest.mark.parametrize("data", [np.ones((5, 2)) * [1.0, 3.0], DATA], ids=["a point", "a cloud"])
def test_a_flat_energy_is_drawn(data):
    energy_surface(lambda x: np.zeros(len(x)), data, n=5).draw_without_rendering()


def test_it_is_drawn_where_it_is_told():
    ax = Figure().add_subplot()
    assert energy_surface(bowl, DATA, n=5, ax=ax) is ax.get_figure()


def test_refusals_are_one_sentence():
    with pytest.raises(ValueError, match=r"data must have two features.*\(5, 3\)"):
        energy_surface(bowl, np.ones((5, 3)))
    with pytest.raises(ValueError, match="n=1 must be at least 2"):
        energy_surface(bowl, DATA, n=1)
    with pytest.raises(ValueError, match=r"\(100,\) and \(100, 2\)"):
        energy_surface(lambda x: x, DATA, n=10)
    with pytest.raises(ValueError, match="NaN or infinite"):
        energy_surface(lambda x: np.full(len(x), np.nan), DATA, n=10)
    with pytest.raises(ValueError, match="limits="):
        energy_surface(bowl, DATA, n=10, limits=(2.0, 1.0))
