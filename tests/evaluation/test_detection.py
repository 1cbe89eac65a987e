"""Anomalies are told by the order of scores only."""

import numpy as np
import pytest

from latentia.evaluation import anomaly

RNG = np.random.default_rng(0)
Y = np.repeat([0, 1], [90, 10])
SCORES = RNG.normal(size=100) + Y


def test_the_probability_that_an_anomaly_scores_higher():
    wins = (SCORES[Y == 1][:, None] > SCORES[Y == 0]).mean()
    assert anomaly(SCORES, Y)["auroc"] == pytest.approx(wins)
    assert anomaly(-SCORES, Y)["auroc"] == pytest.approx(1 - wins)


def test_only_the_order_matters():
    assert anomaly(np.exp(SCORES), Y) == pytest.approx(anomaly(SCORES, Y.astype(bool)))


def test_scores_that_are_equal_are_chance():
    assert anomaly(np.zeros(100), Y) == {"auroc": 0.5, "aupr": 0.1}


def test_refusals():
    with pytest.raises(ValueError, match="y must hold 1 for anomalies"):
        anomaly(SCORES, np.zeros(100))
    with pytest.raises(ValueError, match=r"y must hold 1 for anomalies.*\[1 2\]"):
        anomaly(SCORES, Y + 1)
    with pytest.raises(ValueError, match="each of the 100 examples"):
        anomaly(SCORES, Y[:5])
    with pytest.raises(ValueError, match="finite number for each example"):
        anomaly([np.nan, 1.0], [0, 1])
