"""A training step beside a hand-written loop of the same network, interleaved in one run."""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn
from torch.nn import functional

from latentia import conditional, heads, models, networks, objectives, priors, training

N, BATCH, ROUNDS = 12_800, 128, 7


class HandWritten(nn.Module):
    """The classic 784-400-20 variational autoencoder."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.code = nn.Linear(784, 400), nn.Linear(400, 40)
        self.back, self.pixels = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, log_variance = self.code(self.hidden(x).relu()).chunk(2, -1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        logits = self.pixels(self.back(z).relu())
        error = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum()
        return (error + kl) / len(x)


def by_hand(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor) -> None:
    """One pass over the data, data in memory, fused optimiser."""
    for index in torch.randperm(len(x)).split(BATCH):
        loss = model(x[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main() -> None:
    """Print the median milliseconds a step, and the median ratio."""
    x = torch.rand(N, 784)
    plain = HandWritten()
    adam = torch.optim.Adam(plain.parameters(), fused=True)
    code, pixels = heads.DiagonalNormal(20), heads.Bernoulli(784)
    model = models.LatentVariableModel(
        conditional.Amortized(networks.MLP(784, code.n_params, (400,)), code),
        conditional.Amortized(networks.MLP(20, pixels.n_params, (400,)), pixels),
        priors.StandardNormal(20),
    )
    trainer = training.Trainer(model, objectives.ELBO(), batch_size=BATCH, device="cpu")
    times: dict[str, list[float]] = {"by hand": [], "latentia": []}
    for _ in range(ROUNDS):
        for name, work in {
            "by hand": lambda: by_hand(plain, adam, x),
            "latentia": lambda: trainer.fit(x, epochs=1),
        }.items():
            start = time.perf_counter()
            work()
            times[name].append((time.perf_counter() - start) / (N / BATCH) * 1e3)
    for name, values in times.items():
        print(f"{name:10s} {statistics.median(values):.2f} ms a step")
    ratios = [b / a for a, b in zip(times["by hand"], times["latentia"], strict=True)]
    print(f"ratio      {statistics.median(ratios):.2f} (median of {ROUNDS} pairs)")


if __name__ == "__main__":
    main()
