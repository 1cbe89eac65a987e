"""pyautoencoder: its VAE and its loss; the loop is the user's, here a loader, eager steps, Adam."""

from __future__ import annotations

import numpy as np
import torch
from pyautoencoder.variational import VAE
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.contestants import OneByOne, seconds
from benchmarks.peers.networks import decoder, features
from benchmarks.works import RATE, Work


class PyAutoencoder(OneByOne):
    """Its model with the networks of a work; it makes the last layer of the encoder itself."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.work = work
        rows = torch.from_numpy(x).reshape(-1, *work.shape)
        self.model = VAE(features(work)[0], decoder(work), work.n_code)
        self.model.build(rows[:2])
        self.loader = DataLoader(TensorDataset(rows), work.batch, shuffle=True)
        self.adam = torch.optim.Adam(self.model.parameters(), lr=RATE)
        self.likelihood = "bernoulli" if work.binary else "gaussian"

    def epoch(self) -> float:
        return seconds(self._epoch)

    def _epoch(self) -> None:
        self.model.train()
        for (x,) in self.loader:
            self.adam.zero_grad()
            found = self.model.compute_loss(x, self.model(x), likelihood=self.likelihood)
            found.objective.backward()
            self.adam.step()

    @torch.no_grad()
    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = self.model.encode(torch.from_numpy(x).reshape(-1, *self.work.shape))
        return found.mu.numpy(), found.log_var.numpy()

    @torch.no_grad()
    def outputs(self, z: np.ndarray) -> np.ndarray:
        return self.model.decode(torch.from_numpy(z)[:, None]).x_hat.flatten(1).numpy()
