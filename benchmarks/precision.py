"""What numbers of fewer digits cost and save: ``python -m benchmarks.precision``."""

from __future__ import annotations

import argparse
import itertools
import statistics
from pathlib import Path

import torch

from benchmarks.clock import clock
from benchmarks.works import RATE, load, works
from latentia import estimators, training


def main() -> None:
    """Print the time of a step and the likelihood of held-out digits, for each precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, help="an mnist.npz; else scikit-learn's digits")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    work = works["A"]
    data = load(work, options.mnist)
    device = torch.device(options.device)
    known = [name for name, one in training.precisions.items() if one.is_of(device)]
    print("| precision | ms a step | -log p(x) of held-out digits by seed, nats |\n|---|---|---|")
    for name in known:
        losses, times = [], []
        for seed in range(options.seeds):
            model = estimators.VAE(
                work.n_code,
                hidden_layer_sizes=work.hidden,
                likelihood="bernoulli",
                batch_size=work.batch,
                learning_rate=RATE,
                max_iter=options.epochs,
                precision=name,
                device=options.device,
                compile=True,
                random_state=seed,
                verbose=False,
            )
            ends: list[float] = []
            with training.after_epoch(lambda _, ends=ends: ends.append(clock.now())):
                model.fit(data.train)
            # The first two epochs compile.
            times += [after - before for before, after in itertools.pairwise(ends[1:])]
            losses.append(-model.score(data.held_out))
        step = statistics.median(times) / work.n_steps * 1e3
        print(f"| {name} | {step:.2f} | " + ", ".join(f"{loss:.2f}" for loss in losses) + " |")


if __name__ == "__main__":
    main()
