"""Codes beside the prior: the dimensions that differ most, each in a panel."""

import numpy as np
import pytest

from latentia.plotting import aggregated_posterior

P = np.random.default_rng(0).normal(size=(400, 20))


def test_a_panel_for_each_dimension_that_differs_most():
    q = P.copy()
    q[:, 17] += 3
    figure = aggregated_posterior(q, P)
    titles = [ax.get_xlabel() for ax in figure.axes]
    assert len(titles) == 12 and "$z_{18}$" in titles
    assert [text.get_text() for text in figure.axes[0].legend_.texts] == ["codes", "prior"]
    assert figure.get_suptitle() == "12 of 20 dimensions, the least like the prior"
    assert aggregated_posterior(q[:, :12], P[:, :12]).get_suptitle() == ""


def test_codes_that_do_not_move_are_drawn_too():
    assert len(aggregated_posterior(np.zeros((5, 2)), np.zeros((5, 2))).axes) == 2


def test_codes_of_another_model_are_refused():
    with pytest.raises(ValueError, match="3 dimensions, but prior_codes have 20"):
        aggregated_posterior(P[:, :3], P)
