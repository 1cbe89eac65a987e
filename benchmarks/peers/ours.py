"""This library, through its trainer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch

from benchmarks.contestants import seconds
from benchmarks.works import RATE, Work
from latentia import conditional, heads, models, networks, objectives, priors, training


class AsWritten:
    """A step that runs as it is written."""

    compile: ClassVar[bool] = False
    precision: ClassVar[str] = "float32"

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.work = work
        self.x = torch.from_numpy(x).reshape(-1, *work.shape)
        self.model = build(work)
        self.trainer = training.Trainer(
            self.model,
            objectives.ELBO(),
            learning_rate=RATE,
            batch_size=work.batch,
            device="cpu",
            compile=self.compile,
            precision=self.precision,
        )

    def run(self, epochs: int) -> float:
        return seconds(lambda: self.trainer.fit(self.x, epochs=epochs))

    @torch.no_grad()
    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        posterior = self.model.encoder(torch.from_numpy(x).reshape(-1, *self.work.shape))
        return posterior.mean.numpy(), posterior.variance.log().numpy()

    @torch.no_grad()
    def outputs(self, z: np.ndarray) -> np.ndarray:
        likelihood = self.model.decoder(torch.from_numpy(z)).base_dist
        raw = likelihood.logits if self.work.binary else likelihood.mean
        return raw.flatten(1).numpy()


class Compiled(AsWritten):
    """A step that is compiled whole."""

    compile = True


class Bfloat16(Compiled):
    """The same with products in bfloat16."""

    precision = "bfloat16"


def build(work: Work) -> models.LatentVariableModel:
    """Return the model of a work."""
    code = heads.DiagonalNormal(work.n_code)
    likelihood = (
        heads.Bernoulli(work.shape) if work.binary else heads.DiagonalNormal(work.shape, scale=1.0)
    )
    if work.is_image:
        down = networks.ConvolutionalEncoder(work.shape, code.n_params, work.hidden, kernel_size=4)
        up = networks.ConvolutionalDecoder(
            work.n_code, work.shape, work.hidden[::-1], kernel_size=4
        )
    else:
        down = networks.MLP(work.n_features, code.n_params, work.hidden)
        up = networks.MLP(work.n_code, likelihood.n_params, work.hidden[::-1])
    return models.LatentVariableModel(
        conditional.Amortized(down, code),
        conditional.Amortized(up, likelihood),
        priors.StandardNormal(work.n_code),
    )
