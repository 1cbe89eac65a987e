"""The data of the runs."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler

from latentia import data


@dataclass(frozen=True, eq=False)
class Digits:
    """The MNIST digits as bytes, 60,000 to learn from and 10,000 to test, with their labels."""

    train: np.ndarray
    test: np.ndarray
    y_train: np.ndarray
    y_test: np.ndarray

    @classmethod
    def load(cls, file: str | PathLike[str]) -> Self:
        """Read and check the four arrays of a .npz file."""
        train, test = (data.load(file, x=f"x_{part}", y=f"y_{part}") for part in ("train", "test"))
        return cls(train.X, test.X, np.asarray(train.y), np.asarray(test.y))

    def balanced(self, n: int) -> np.ndarray:
        """Return rows to learn from with as many digits of each class, n in all."""
        y = self.y_train
        order = np.random.default_rng(0).permutation(len(y))
        classes = np.unique(y)
        return np.concatenate([order[y[order] == label][: n // len(classes)] for label in classes])

    def test_error(self, classifier: Any) -> float:
        """Return the share of the test digits that a fitted classifier takes for others, in %."""
        return 100 * (1 - classifier.score(self.test, self.y_test))


def sklearn_digits() -> np.ndarray:
    """Return the 8 x 8 digits in [0, 1]."""
    return load_digits().data / 16


def sklearn_cancer() -> np.ndarray:
    """Return the standardised breast cancer table."""
    return StandardScaler().fit_transform(load_breast_cancer().data)


#: Malignant tumours by their row in scikit-learn's table; one stands twice.
_OUTLIERS = (41, 369, 414, 22, 239, 162, 214, 236, 91, 468, 105, 9, 536, 28, 182, 30, 26, 41, 108,
             0, 501)  # fmt: skip


def odds_wbc() -> tuple[np.ndarray, np.ndarray]:
    """Return the WBC table of ODDS and which of its rows are outliers, 21 of 378.

    It is the breast cancer table with all benign tumours and a few malignant ones.
    """
    X, benign = load_breast_cancer(return_X_y=True)
    rows = np.concatenate([np.flatnonzero(benign), _OUTLIERS])
    return X[rows], benign[rows] == 0
