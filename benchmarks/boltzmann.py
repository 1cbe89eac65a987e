"""A restricted Boltzmann machine beside scikit-learn's, epoch by epoch in one run.

Both are 784-500 machines with persistent chains, batches of 20, a learning rate of 0.1 and float32;
scikit-learn's takes one Gibbs step for each update. Give the path of an mnist.npz and, if not one,
the number of threads.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from sklearn.neural_network import BernoulliRBM

from latentia import evaluation, models, objectives, training

N, BATCH, ROUNDS, RATE = 3000, 20, 5, 0.1


class Ours:
    """A machine that trains an epoch at a time."""

    def __init__(self, x: torch.Tensor, n_steps: int, compile: bool = False) -> None:
        self.x = x
        self.machine = models.RBM(784, 500)
        objective = objectives.ContrastiveDivergence(n_steps, persistent=True)
        self.trainer = training.Trainer(
            self.machine,
            objective,
            optimizer="sgd",
            learning_rate=RATE,
            batch_size=BATCH,
            device="cpu",
            compile=compile,
        )

    def epoch(self) -> None:
        self.trainer.fit(self.x, epochs=1)

    def trained(self) -> models.RBM:
        return self.machine


class Theirs:
    """scikit-learn's machine, whose ``fit`` starts anew: it is timed for one epoch each."""

    def __init__(self, x: torch.Tensor) -> None:
        self.x = x.numpy()
        self.machine = BernoulliRBM(
            500, learning_rate=RATE, batch_size=BATCH, n_iter=1, random_state=0
        )

    def epoch(self) -> None:
        self.machine.fit(self.x)

    def trained(self) -> models.RBM:
        self.machine.set_params(n_iter=ROUNDS + 1).fit(self.x)
        copied = models.RBM(784, 500)
        for ours, theirs in {
            copied.weight: self.machine.components_,
            copied.hidden.bias: self.machine.intercept_hidden_,
            copied.visible.bias: self.machine.intercept_visible_,
        }.items():
            ours.data.copy_(torch.from_numpy(theirs))
        return copied


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(path: str) -> None:
    """Print the median seconds an epoch, the ratios, and held-out pseudo-log-likelihoods."""
    digits = np.load(path)
    x, held_out = (
        torch.from_numpy(digits[name][:n]).flatten(1).float() / 255
        for name, n in {"x_train": N, "x_test": 500}.items()
    )
    contestants: dict[str, Ours | Theirs] = {
        "scikit-learn k=1": Theirs(x),
        "latentia k=1": Ours(x, 1),
        "latentia k=1, compiled": Ours(x, 1, compile=True),
        "latentia k=15": Ours(x, 15),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant.epoch()  # the first of a compiled step compiles it
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            times[name].append(timed(contestant.epoch))
    theirs = times["scikit-learn k=1"]
    for name, contestant in contestants.items():
        ratio = statistics.median(a / b for a, b in zip(times[name], theirs, strict=True))
        score = evaluation.pseudo_log_likelihood(contestant.trained(), held_out, exact=True)
        print(
            f"{name:22s} {statistics.median(times[name]):.2f} s an epoch, ratio {ratio:.2f}, "
            f"pseudo-log-likelihood {score.mean():.2f} after {ROUNDS + 1} epochs"
        )


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    main(sys.argv[1])
