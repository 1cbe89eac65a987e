"""scikit-learn: a regression of the examples on themselves, the nearest thing that it has."""

from __future__ import annotations

import numpy as np
from sklearn.neural_network import MLPRegressor

from benchmarks.contestants import OneByOne, seconds
from benchmarks.works import RATE, Work


class Regressor(OneByOne):
    """Less work than the others': no variance, no draw and no divergence, so no bound either."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.x = x
        self.regressor = MLPRegressor(
            hidden_layer_sizes=(*work.hidden, work.n_code, *work.hidden[::-1]),
            batch_size=work.batch,
            learning_rate_init=RATE,
            alpha=0.0,
            random_state=0,
        )

    def epoch(self) -> float:
        return seconds(lambda: self.regressor.partial_fit(self.x, self.x))
