"""Lightning: a module with a training step, and its trainer."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from tempfile import mkdtemp
from typing import Any, ClassVar

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.contestants import seconds
from benchmarks.peers.networks import Judged, decoder, encoder, loss
from benchmarks.works import RATE, Work


class Module(lightning.LightningModule):
    """The networks of a work."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        self.encoder, self.decoder = encoder(work), decoder(work)
        self.adam = torch.optim.Adam(self.parameters(), lr=RATE)

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        return loss(self.work, self, batch[0])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return self.adam


class Lightning(Judged):
    """Its trainer without a bar, a logger or checkpoints."""

    options: ClassVar[Mapping[str, Any]] = {
        "enable_progress_bar": False,
        "enable_checkpointing": False,
        "enable_model_summary": False,
        "logger": False,
    }

    def __init__(self, work: Work, x: np.ndarray) -> None:
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="lightning")
        self.work = work
        self.module = Module(work)
        self.encoder, self.decoder = self.module.encoder, self.module.decoder
        rows = TensorDataset(torch.from_numpy(x).reshape(-1, *work.shape))
        self.loader = DataLoader(rows, work.batch, shuffle=True)
        self.trainer = lightning.Trainer(
            accelerator="cpu", max_epochs=0, default_root_dir=mkdtemp(), **self.options
        )

    def run(self, epochs: int) -> float:
        self.trainer.fit_loop.max_epochs += epochs
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return seconds(lambda: self.trainer.fit(self.module, self.loader))


class AsItComes(Lightning):
    """Its trainer with whatever it does unless it is told not to."""

    options: ClassVar[Mapping[str, Any]] = {}
