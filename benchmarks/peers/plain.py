"""Loops of plain PyTorch: its own example, and what one would write for data in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from benchmarks.contestants import OneByOne, seconds
from benchmarks.peers.networks import Judged, decoder, encoder, loss
from benchmarks.works import RATE, Work


class Images(Dataset):
    """Bytes that become an image, and the image a tensor, one at a time."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.pixels = (x * 255).round().astype(np.uint8).reshape(-1, 28, 28)
        self.shape = work.shape

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, i: int) -> tuple[Tensor]:
        image = np.array(Image.fromarray(self.pixels[i]))
        return (torch.from_numpy(image).to(torch.float32).div(255).reshape(self.shape),)


class Example(nn.Module, OneByOne, Judged):
    """The example with the networks of a work."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        super().__init__()
        self.work = work
        self.encoder, self.decoder = encoder(work), decoder(work)
        rows = Images(work, x) if work.binary else TensorDataset(torch.from_numpy(x))
        self.loader = DataLoader(rows, work.batch, shuffle=True)
        self.adam = torch.optim.Adam(self.parameters(), lr=RATE)

    def batches(self) -> Iterator[Tensor]:
        return (x for (x,) in self.loader)

    def epoch(self) -> float:
        return seconds(self._epoch)

    def loss(self, x: Tensor) -> Tensor:
        return loss(self.work, self, x)

    def _epoch(self) -> None:
        self.train()
        total = 0.0
        for x in self.batches():
            self.adam.zero_grad()
            value = self.loss(x)
            value.backward()
            total += value.item()
            self.adam.step()


class ByHand(Example):
    """Batches by their indices in one tensor, and Adam as one kernel."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        super().__init__(work, x)
        self.x = torch.from_numpy(x).reshape(-1, *work.shape)
        self.adam = torch.optim.Adam(self.parameters(), lr=RATE, fused=True)

    def batches(self) -> Iterator[Tensor]:
        return (self.x[rows] for rows in torch.randperm(len(self.x)).split(self.work.batch))
