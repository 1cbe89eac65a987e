"""The three works that every contestant does, and their data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

#: Adam's, for everyone.
RATE = 1e-3


@dataclass(frozen=True)
class Work:
    """A variational autoencoder with a diagonal normal posterior, and the data it is trained on.

    Parameters
    ----------
    title : str
        In words, for the table.
    shape : tuple of int
        Of one example: (features,), or (1, height, width) for a convolutional network.
    hidden : tuple of int
        Widths of the encoder's layers, or channels of its 4 x 4 filters with stride 2; the decoder
        mirrors them.
    n_code : int
        Dimensions of the code.
    binary : bool
        Bernoulli pixels; otherwise a normal likelihood of scale 1.
    batch : int
        Examples a step.
    rows : int
        Examples an epoch.
    epochs : int
        Of a round, which are one run: several where one is over in a moment.
    bars : mapping of str to float
        By contestant: the least ratio of its time to ours; by "floor": of the floor's to ours.
    """

    title: str
    shape: tuple[int, ...]
    hidden: tuple[int, ...]
    n_code: int
    binary: bool
    batch: int
    rows: int
    epochs: int
    bars: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_features(self) -> int:
        return math.prod(self.shape)

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 3

    @property
    def n_steps(self) -> int:
        """Steps of an epoch, a last smaller one in part."""
        return math.ceil(self.rows / self.batch)


works: dict[str, Work] = {
    "A": Work(
        "MNIST, 784-400-20, batch 128",
        (784,),
        (400,),
        20,
        True,
        128,
        25_600,
        1,
        {"pythae": 2.5, "lightning": 2.8, "pytorch": 3.5, "jax": 1.0, "floor": 0.6},
    ),
    "B": Work(
        "MNIST, convolutions 32-64 of 4 x 4, code 20, batch 128",
        (1, 28, 28),
        (32, 64),
        20,
        True,
        128,
        2_560,
        1,
        {"pythae": 1.2, "lightning": 1.2, "pytorch": 1.05, "jax": 4.0, "floor": 0.7},
    ),
    "C": Work(
        "table of 20,000 rows, 30-64-4, batch 64",
        (30,),
        (64,),
        4,
        False,
        64,
        20_000,
        10,
        {
            "pythae": 13.0,
            "lightning": 25.0,
            "pytorch": 9.0,
            "jax": 0.95,
            "scikit-learn": 4.0,
            "floor": 0.5,
        },
    ),
}


@dataclass(frozen=True)
class Data:
    """Examples to train on, float32 and flat, and 1,000 held out; pixels lie in [0, 1]."""

    train: np.ndarray
    held_out: np.ndarray


def load(work: Work, mnist: Path | None = None) -> Data:
    """Return the data of a work: digits from an mnist.npz or enlarged small ones, or a table."""
    n = work.rows + 1000
    if not work.binary:
        rows = _table(n, work.n_features)
    elif mnist is None:
        rows = _enlarged(n)
    else:
        rows = np.load(mnist)["x_train"][:n].reshape(-1, 784)
    scaled = rows.astype(np.float32) / 255 if work.binary else rows
    return Data(scaled[:-1000].copy(), scaled[-1000:].copy())


def _table(n: int, n_features: int) -> np.ndarray:
    """Return standardised features that four hidden causes bend and noise blurs."""
    rng = np.random.default_rng(0)
    causes = rng.normal(size=(n, 4))
    bent = np.tanh(causes @ rng.normal(size=(4, 16))) @ rng.normal(size=(16, n_features))
    noisy = bent + 0.3 * rng.normal(size=bent.shape)
    return ((noisy - noisy.mean(0)) / noisy.std(0)).astype(np.float32)


def _enlarged(n: int) -> np.ndarray:
    """Return scikit-learn's 8 x 8 digits as 28 x 28 bytes, moved about until there are n."""
    small = load_digits().images * (255 / 16)
    large = np.kron(small, np.ones((3, 3))).round().astype(np.uint8)
    padded = np.pad(large, ((0, 0), (2, 2), (2, 2)))
    rng = np.random.default_rng(0)
    which, moves = rng.integers(len(padded), size=n), rng.integers(-2, 3, size=(n, 2))
    moved = [np.roll(padded[i], tuple(by), (0, 1)) for i, by in zip(which, moves, strict=True)]
    return np.stack(moved).reshape(n, 784)
