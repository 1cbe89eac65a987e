"""Shared by all tests: one thread, so that runs beside each other do not fight for cores."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors

torch.set_num_threads(1)


@pytest.fixture
def linear_gaussian():
    """x = W z + b + sigma e with its exact posterior as the encoder, d=3, k=2, float64."""
    generator = torch.Generator().manual_seed(3)
    w = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    # Orthogonal columns make the exact posterior diagonal.
    w = torch.linalg.qr(w)[0] * torch.tensor([2.0, 0.5], dtype=torch.float64)
    b = torch.tensor([1.0, -1.0, 0.5], dtype=torch.float64)
    sigma = 0.7
    precision = torch.eye(2, dtype=torch.float64) + w.T @ w / sigma**2
    gain = torch.linalg.inv(precision) @ w.T / sigma**2

    code = heads.DiagonalNormal(2, scale="feature")
    encoder = conditional.Amortized(networks.MLP(3, 2), code).double()
    decoder = conditional.Amortized(
        networks.MLP(2, 3), heads.DiagonalNormal(3, scale=sigma)
    ).double()
    with torch.no_grad():
        encoder.net.layers[0].weight.copy_(gain)
        encoder.net.layers[0].bias.copy_(-gain @ b)
        log_scale = -0.5 * precision.diagonal().log()
        code.log_scale.copy_(7 * torch.atanh(log_scale / 7))
        decoder.net.layers[0].weight.copy_(w)
        decoder.net.layers[0].bias.copy_(b)
    model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2)).double()
    covariance = w @ w.T + sigma**2 * torch.eye(3, dtype=torch.float64)
    marginal = torch.distributions.MultivariateNormal(b, covariance)
    return model, marginal
