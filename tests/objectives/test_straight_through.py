"""Draws that pass gradients as if they were probabilities: exact where all is linear."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.models import Batch
from latentia.objectives import Info
from latentia.training import seeded

N = 40_000


@pytest.mark.parametrize(
    "objective",
    [
        objectives.ELBO(),
        objectives.ELBO(gradient="sticking-the-landing"),
        objectives.IWAE(1),
        objectives.Divergence(),
    ],
    ids=["elbo", "sticking-the-landing", "one-code", "divergence"],
)
def test_the_gradient_of_the_divergence_is_that_of_the_sum_over_categories(objective):
    with seeded(0):
        q, p = heads.OneHot(3), heads.DiagonalNormal(2, scale=1.0)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(2, 3), q),
            conditional.Amortized(networks.MLP(3, 2), p),
            priors.Categorical(3, learned=True),
        )
        for parameter in model.decoder.parameters():
            parameter.data.zero_()  # the divergence alone counts then
        model.encoder.net.layers[0].bias.data = torch.tensor([1.0, -0.5, 0.2])
    x = torch.randn(1, 2, generator=torch.Generator().manual_seed(1)).expand(N, 2)
    bias = model.encoder.net.layers[0].bias
    with seeded(2):
        loss = objective(model.trace(Batch(x), 1), Info(n_examples=N))
    (found,) = torch.autograd.grad(loss.total, bias)
    shares = model.encoder(x[:1]).base_dist.base_dist.probs
    logs = shares.log() - model.prior().base_dist.base_dist.probs.log()
    (exact,) = torch.autograd.grad((shares * logs).sum(), bias)
    assert torch.allclose(found, exact, atol=0.02)
