"""A contractive code: exact for every encoder, and blind to directions that the data lack."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.func import jacrev, vmap

from latentia import conditional, data, heads, models, networks
from latentia.distributions import point
from latentia.objectives import Contractive, Info, Reconstruction
from latentia.training import Trainer, seeded

X = torch.randn(7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def sigmoid_code(n_in, n_out):
    head = heads.Delta(n_out, activation="sigmoid")
    return conditional.Amortized(networks.MLP(n_in, n_out), head)


def stack(*widths):
    with seeded(0):
        return conditional.Composed(*[sigmoid_code(*pair) for pair in pairwise(widths)])


@pytest.mark.parametrize("widths", [(5, 3), (5, 4, 3), (5, 6, 4, 2)], ids=str)
def test_a_chain_of_sigmoid_codes_has_the_jacobian_of_the_whole(widths):
    decoder = conditional.Amortized(networks.MLP(widths[-1], 5), heads.Bernoulli(5))
    model = models.LatentVariableModel(stack(*widths), decoder).double()
    jacobians = vmap(jacrev(lambda x: point(model.encoder(x))))(X)
    expected = jacobians.flatten(1).square().sum(1)
    values = Contractive()(model.trace(models.Batch(X)), Info()).values
    assert torch.allclose(values, expected, rtol=1e-5)
    weights = [part.net.layers[0].weight for part in model.encoder.parts]
    gradients = [torch.autograd.grad(v.sum(), weights) for v in (values, expected)]
    assert all(torch.allclose(a, b, rtol=1e-5) for a, b in zip(*gradients, strict=True))


def test_the_spectrum_of_the_jacobian_falls_faster_than_without_it():
    x = torch.tensor(data.load("digits").X[:800], dtype=torch.float32).flatten(1) / 16
    share, tail, error = {}, {}, {}
    for weight in (0.0, 1.0):
        with seeded(0):
            decoder = conditional.Amortized(networks.MLP(32, 64), heads.Bernoulli(64))
            model = models.LatentVariableModel(sigmoid_code(64, 32), decoder)
        objective = Reconstruction() + weight * Contractive()
        trainer = Trainer(model, objective, learning_rate=0.01, batch_size=50, device="cpu")
        error[weight] = trainer.fit(x, epochs=20).curve("reconstruction")[-1]
        jacobians = vmap(jacrev(lambda x, m=model: point(m.encoder(x))))(x[:200])
        spectrum = torch.linalg.svdvals(jacobians).mean(0)
        share[weight] = spectrum[:5].sum() / spectrum.sum()
        tail[weight] = spectrum[15] / spectrum[0]
    assert share[1.0] > 1.3 * share[0.0]
    assert tail[1.0] < 0.5 * tail[0.0]
    assert error[1.0] < 1.3 * error[0.0]
