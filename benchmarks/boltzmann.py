"""A restricted Boltzmann machine beside scikit-learn's, as a user fits both.

Both are estimators: 784-500 units, persistent chains, one Gibbs step for each update, batches of
20, a learning rate of 0.1 and float32, on one thread unless another number is given. Each ``fit``
is timed whole, in seconds of the clock and of the processor. Give the path of an mnist.npz.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.neural_network import BernoulliRBM

from latentia import RestrictedBoltzmannMachine, evaluation, models

N, BATCH, EPOCHS, ROUNDS, RATE = 3000, 20, 9, 3, 0.1


def ours(compile: bool | str) -> RestrictedBoltzmannMachine:
    """Return an estimator with the settings of the other."""
    return RestrictedBoltzmannMachine(
        500,
        likelihood="bernoulli",
        scaling="none",
        optimizer="sgd",
        learning_rate=RATE,
        learning_rate_schedule="constant",
        batch_size=BATCH,
        max_iter=EPOCHS,
        compile=compile,
        device="cpu",
        random_state=0,
        verbose=False,
    )


def theirs() -> BernoulliRBM:
    """Return scikit-learn's estimator."""
    return BernoulliRBM(500, learning_rate=RATE, batch_size=BATCH, n_iter=EPOCHS, random_state=0)


def machine_of(estimator: Any) -> models.RBM:
    """Return either as the same kind of machine."""
    if isinstance(estimator, RestrictedBoltzmannMachine):
        return estimator.model_  # type: ignore[return-value]
    copied = models.RBM(784, 500)
    for here, there in {
        copied.weight: estimator.components_,
        copied.hidden.bias: estimator.intercept_hidden_,
        copied.visible.bias: estimator.intercept_visible_,
    }.items():
        here.data.copy_(torch.from_numpy(there))
    return copied


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a call takes, of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def main(path: str) -> None:
    """Print the median seconds of a fit, the ratios, and held-out pseudo-log-likelihoods."""
    digits = np.load(path)
    x, held_out = (
        digits[name][:n].reshape(n, -1).astype(np.float32) / 255
        for name, n in {"x_train": N, "x_test": 500}.items()
    )
    contestants: dict[str, Any] = {
        "scikit-learn": theirs(),
        "latentia, as it comes": ours("auto"),
        "latentia, compiled": ours(True),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant.fit(x)  # the first of a compiled step compiles it
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            times[name].append(timed(lambda c=contestant: c.fit(x)))  # type: ignore[misc]
    for name, contestant in contestants.items():
        pairs = list(zip(times[name], times["scikit-learn"], strict=True))
        clock, processor = (
            statistics.median(mine[i] / other[i] for mine, other in pairs) for i in (0, 1)
        )
        score = evaluation.pseudo_log_likelihood(
            machine_of(contestant), torch.from_numpy(held_out), exact=True
        )
        seconds = statistics.median(mine[0] for mine in times[name])
        print(
            f"{name:22s} {seconds:.2f} s a fit of {EPOCHS} epochs, ratio {clock:.2f} by the clock "
            f"and {processor:.2f} of the processor, pseudo-log-likelihood {score.mean():.2f}"
        )


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    main(sys.argv[1])
