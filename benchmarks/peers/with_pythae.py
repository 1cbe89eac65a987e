"""pythae: its VAE with the networks of a work, and its trainer."""

from __future__ import annotations

import logging
import tempfile

import numpy as np
import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import Tensor

from benchmarks.contestants import OneByOne, seconds
from benchmarks.peers.networks import Judged, decoder, encoder
from benchmarks.works import RATE, Work


class Encoder(BaseEncoder):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self.network = encoder(work)

    def forward(self, x: Tensor) -> ModelOutput:
        mean, log_variance = self.network(x).chunk(2, -1)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self.network, self.binary = decoder(work), work.binary

    def forward(self, z: Tensor) -> ModelOutput:
        outputs = self.network(z)
        return ModelOutput(reconstruction=outputs.sigmoid() if self.binary else outputs)


class Pythae(OneByOne, Judged):
    """Its trainer's own pass over the data; what it does between two epochs is not timed."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        logging.disable(logging.INFO)
        self.work = work
        down, up = Encoder(work), Decoder(work)
        self.encoder, self.decoder = down.network, up.network
        config = VAEConfig(
            input_dim=work.shape,
            latent_dim=work.n_code,
            reconstruction_loss="bce" if work.binary else "mse",
        )
        rows = torch.from_numpy(x).reshape(-1, *work.shape)
        self.trainer = BaseTrainer(
            VAE(config, encoder=down, decoder=up),
            BaseDataset(rows, torch.zeros(len(rows))),
            training_config=BaseTrainerConfig(
                output_dir=tempfile.mkdtemp(),
                per_device_train_batch_size=work.batch,
                learning_rate=RATE,
                optimizer_cls="Adam",
                no_cuda=True,
            ),
        )
        self.trainer.prepare_training()
        self.n_epochs = 0

    def epoch(self) -> float:
        self.n_epochs += 1
        return seconds(lambda: self.trainer.train_step(self.n_epochs))
