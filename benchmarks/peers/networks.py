"""The networks of a work in plain PyTorch, for the peers that are made of it."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.works import Work


def features(work: Work) -> tuple[nn.Sequential, int]:
    """Return the encoder without its last layer, and how many numbers it returns."""
    layers: list[nn.Module] = []
    if not work.is_image:
        for n_in, n_out in itertools.pairwise((work.n_features, *work.hidden)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        return nn.Sequential(*layers), work.hidden[-1]
    for n_in, n_out in itertools.pairwise((work.shape[0], *work.hidden)):
        layers += [nn.Conv2d(n_in, n_out, 4, 2, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten()), _n_pixels(work) * work.hidden[-1]


def encoder(work: Work) -> nn.Sequential:
    """Return the encoder, whose output is means and log-variances side by side."""
    body, n_features = features(work)
    return nn.Sequential(*body, nn.Linear(n_features, 2 * work.n_code))


def decoder(work: Work) -> nn.Sequential:
    """Return the decoder, whose output has the shape of an example."""
    widths = work.hidden[::-1]
    layers: list[nn.Module] = []
    if not work.is_image:
        for n_in, n_out in itertools.pairwise((work.n_code, *widths)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(widths[-1], work.n_features))
    side = work.shape[-1] // 2 ** len(widths)
    start = nn.Linear(work.n_code, widths[0] * _n_pixels(work))
    layers += [start, nn.Unflatten(1, (widths[0], side, side))]
    for n_in, n_out in itertools.pairwise((*widths, work.shape[0])):
        layers += [nn.ReLU(), nn.ConvTranspose2d(n_in, n_out, 4, 2, 1)]
    return nn.Sequential(*layers)


def _n_pixels(work: Work) -> int:
    return (work.shape[-1] // 2 ** len(work.hidden)) ** 2


def loss(work: Work, model: nn.Module, x: Tensor) -> Tensor:
    """Return the negative bound in nats an example, of a model with ``encoder`` and ``decoder``."""
    mean, log_variance = model.encoder(x).chunk(2, -1)
    z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
    outputs = model.decoder(z)
    if work.binary:
        error = functional.binary_cross_entropy_with_logits(outputs, x, reduction="sum")
    else:
        error = 0.5 * functional.mse_loss(outputs, x, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
    return (error + divergence) / len(x)


class Judged:
    """Codes and outputs of a contestant with a plain ``encoder`` and ``decoder``."""

    work: Work
    encoder: nn.Module
    decoder: nn.Module

    @torch.no_grad()
    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        both = self.encoder(torch.from_numpy(x).reshape(-1, *self.work.shape))
        mean, log_variance = both.numpy(force=True).reshape(len(x), 2, -1).swapaxes(0, 1)
        return mean, log_variance

    @torch.no_grad()
    def outputs(self, z: np.ndarray) -> np.ndarray:
        return self.decoder(torch.from_numpy(z)).flatten(1).numpy(force=True)
