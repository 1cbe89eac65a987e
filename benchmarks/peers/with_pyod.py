"""pyod: its VAE detector, for tables, without its scaling, dropout, decay and outlier scores."""

from __future__ import annotations

import numpy as np
import torch
from pyod.models.vae import VAE
from pyod.utils.torch_utility import TorchDataset
from torch.utils.data import DataLoader

from benchmarks.contestants import OneByOne, seconds
from benchmarks.peers.networks import Judged
from benchmarks.works import RATE, Work


class PyOD(OneByOne, Judged):
    """Its own pass over the data; it takes means over features, so the divergence is rescaled."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.work = work
        self.detector = VAE(
            preprocessing=False,
            lr=RATE,
            epoch_num=1,
            batch_size=work.batch,
            verbose=0,
            optimizer_params={"weight_decay": 0.0},
            beta=2 / work.n_features,
            capacity=float("inf"),
            encoder_neuron_list=list(work.hidden),
            decoder_neuron_list=list(work.hidden[::-1]),
            latent_dim=work.n_code,
            dropout_rate=0.0,
        )
        self.detector.data_num, self.detector.feature_size = x.shape
        self.detector.build_model()
        self.detector.training_prepare()
        self.decoder = self.detector.model.decoder
        self.loader = DataLoader(TorchDataset(X=x, y=None), work.batch, shuffle=True)

    def epoch(self) -> float:
        return seconds(lambda: self.detector.train(self.loader))

    @torch.no_grad()
    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, log_variance = self.detector.model.encode(torch.from_numpy(x))
        return mean.numpy(), log_variance.numpy()
