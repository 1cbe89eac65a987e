"""What a contestant is, and how all of them are judged alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from benchmarks.clock import clock
from benchmarks.works import Work


class Contestant(Protocol):
    """Something that takes time."""

    def run(self, epochs: int) -> float:
        """Go so often through the data and return the seconds that it took."""


class OneByOne(ABC):
    """A contestant that is called for every epoch."""

    @abstractmethod
    def epoch(self) -> float:
        """Go once through the data and return the seconds that it took."""

    def run(self, epochs: int) -> float:
        return sum(self.epoch() for _ in range(epochs))


@runtime_checkable
class Autoencoder(Contestant, Protocol):
    """A contestant that can be judged, by its code and by its reconstruction."""

    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and log-variance of q(z|x), shape (n, n_code) each."""

    def outputs(self, z: np.ndarray) -> np.ndarray:
        """Return logits or means of p(x|z), shape (n, n_features)."""


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = clock.now()
    work()
    return clock.now() - start


def held_out_loss(work: Work, contestant: Autoencoder, x: np.ndarray) -> float:
    """Return the negative evidence lower bound in nats an example, one draw each, always the same.

    It is computed here from what a contestant predicts, so that no library's own reduction counts.
    """
    mean, log_variance = (np.asarray(v, dtype=np.float64) for v in contestant.code(x))
    noise = np.random.default_rng(0).normal(size=mean.shape)
    z = mean + np.exp(log_variance / 2) * noise
    outputs = np.asarray(contestant.outputs(z.astype(np.float32)), dtype=np.float64)
    divergence = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(1)
    if work.binary:
        error = (np.logaddexp(0, outputs) - x * outputs).sum(1)
    else:
        error = 0.5 * ((x - outputs) ** 2 + np.log(2 * np.pi)).sum(1)
    return float((error + divergence).mean())
