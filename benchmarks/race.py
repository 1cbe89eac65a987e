"""One work, all contestants, in turns."""

from __future__ import annotations

import gc
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.contestants import Autoencoder, Contestant, held_out_loss
from benchmarks.peers import contestant
from benchmarks.works import Data, Work


@dataclass(frozen=True)
class Result:
    """What one contestant did.

    Parameters
    ----------
    first : float
        Seconds of its first two epochs, compiling included.
    epochs : list of float
        Seconds of a later one, in each round.
    loss : float or None
        On held-out examples, after all epochs, in nats an example.
    """

    first: float
    epochs: list[float]
    loss: float | None

    @property
    def median(self) -> float:
        return statistics.median(self.epochs)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles."""
        low, _, high = statistics.quantiles(self.epochs, n=4, method="inclusive")
        return low, high


def race(work: Work, data: Data, names: Sequence[str], rounds: int) -> dict[str, Result]:
    """Let every contestant train for some epochs in each round, in an order drawn anew."""
    running: dict[str, Contestant] = {name: contestant(name)(work, data.train) for name in names}
    # Two, since what is a constant in the first may change in the second and be compiled anew.
    first = {name: one.run(1) + one.run(1) for name, one in running.items()}
    times: dict[str, list[float]] = {name: [] for name in names}
    # The objects of all the libraries here would make every collection slow, for everyone.
    gc.collect()
    gc.freeze()
    order = random.Random(0)
    for _ in range(rounds):
        for name in order.sample(list(names), len(names)):
            times[name].append(running[name].run(work.epochs) / work.epochs)
    losses = {
        name: held_out_loss(work, one, data.held_out)
        for name, one in running.items()
        if isinstance(one, Autoencoder)
    }
    return {name: Result(first[name], times[name], losses.get(name)) for name in names}
