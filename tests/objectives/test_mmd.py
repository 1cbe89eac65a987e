"""The maximum mean discrepancy: its expectation, its sign, and where its gradient leads."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.objectives import MMD, Info, Reconstruction
from latentia.training import Trainer, seeded


def model(prior=None):
    with seeded(0):
        p = heads.DiagonalNormal(3, scale=1.0)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 2), heads.Delta(2)),
            conditional.Amortized(networks.MLP(2, 3), p),
            prior or priors.StandardNormal(2),
        )


def measure(objective, z, seed=0, of=None):
    """Of codes z, shape (n_samples, n, 2)."""
    of = of or model().to(z)
    batch = models.Batch(torch.zeros(z.shape[1], 3))
    with seeded(seed):
        return objective(models.Trace(of, batch, Delta(z[0], 1), z), Info())


def expected_rbf(variance, bandwidth):
    """E exp(-|a - b|^2 / C) for a - b normal in two dimensions with this variance in each."""
    return 1 / (1 + 2 * variance / bandwidth)


def test_its_expectation_is_that_of_two_normals():
    # Codes N(0, 4), prior N(0, 1), C = 2 * 2 * 1: 400 batches of 20, within five standard errors.
    with seeded(3):
        z = 2 * torch.randn(400, 20, 2, dtype=torch.float64)
    found = torch.stack(
        [
            measure(MMD("rbf", scales=(1.0,), std=1.0), each[None], seed).total
            for seed, each in enumerate(z)
        ]
    )
    truth = expected_rbf(8, 4) + expected_rbf(2, 4) - 2 * expected_rbf(5, 4)
    assert truth > 0
    assert (found.mean() - truth).abs() < 5 * found.std() / 20


@pytest.mark.parametrize("kernel", ["inverse-multiquadric", "rbf"])
def test_it_is_unbiased_zero_for_codes_of_the_prior(kernel):
    with seeded(4):
        z = torch.randn(400, 8, 2, dtype=torch.float64)
    found = torch.stack(
        [measure(MMD(kernel, std=1.0), each[None], s).total for s, each in enumerate(z)]
    )
    assert found.min() < 0 < found.max()
    assert found.mean().abs() < 5 * found.std() / 20


@pytest.mark.parametrize("kernel", ["inverse-multiquadric", "rbf"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_its_scale_is_that_of_the_prior(kernel, scale):
    with seeded(6):
        z = 1 + torch.randn(1, 12, 2, dtype=torch.float64)
    of = model(priors.StandardNormal(2, scale=scale)).double()
    found, plain = (measure(MMD(kernel), *a).total for a in ((scale * z, 0, of), (z, 0)))
    assert torch.allclose(found, plain, rtol=1e-6)
    wide = measure(MMD(kernel, std=1.0), scale * z, 0, of).total
    assert torch.allclose(wide, plain, rtol=0.3) is (scale == 1.0)


@pytest.mark.parametrize("kernel", ["inverse-multiquadric", "rbf"])
def test_it_is_its_formula(kernel):
    with seeded(5):
        z = 1 + torch.randn(2, 6, 2, dtype=torch.float64)
    of = model().double()
    with seeded(0):
        p = of.prior(torch.zeros(6, 1)).sample((2,))

    def k(a, b):
        squared, unit = (a - b).square().sum(), 2 * 2 * 0.5**2
        scaled = [squared / (unit * s) for s in (0.5, 2.0)]
        return sum(torch.exp(-u) if kernel == "rbf" else 1 / (1 + u) for u in scaled)

    total = 0.0
    for a, b in zip(z, p, strict=True):
        pairs = [(i, j) for i in range(6) for j in range(6)]
        within = sum(k(a[i], a[j]) + k(b[i], b[j]) for i, j in pairs if i != j) / 30
        total += (within - 2 * sum(k(a[i], b[j]) for i, j in pairs) / 36) / 2
    found = measure(MMD(kernel, scales=(0.5, 2.0), std=0.5), z, of=of)
    assert torch.allclose(found.values, total.expand(6))


def test_it_brings_point_masses_to_the_prior():
    with seeded(0):
        x = torch.randn(300, 3) @ torch.randn(3, 3)
    of = model()
    objective = Reconstruction() + 100.0 * MMD()
    assert objective.uses_batch_statistics
    before = of.encode(x).std(0)
    Trainer(of, objective, learning_rate=0.01, device="cpu", batch_size=100).fit(x, epochs=60)
    codes = of.encode(x)
    assert (before - 1).abs().max() > 0.2
    assert torch.allclose(codes.std(0), torch.ones(2), atol=0.15)
    assert codes.mean(0).abs().max() < 0.15
    assert torch.corrcoef(codes.T)[0, 1].abs() < 0.15


def test_one_example_alone_costs_nothing_and_trains():
    z = torch.ones(1, 1, 2, requires_grad=True)
    loss = measure(MMD(), z)
    assert loss.total.item() == 0
    assert torch.autograd.grad(loss.total, z)[0].tolist() == [[[0.0, 0.0]]]


def test_gradients_are_finite_where_codes_coincide():
    z = torch.zeros(1, 4, 2, requires_grad=True)
    (gradient,) = torch.autograd.grad(measure(MMD(), z).total, z)
    assert gradient.isfinite().all()


def test_it_needs_a_prior():
    of = model()
    of.prior = None
    with pytest.raises(IncompatiblePartsError, match="has none"):
        measure(MMD(), torch.zeros(1, 4, 2), of=of)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"kernel": "rbg"}, "kernel='rbg' is unknown; did you mean 'rbf'"),
        ({"scales": ()}, r"scales=\(\) must be positive numbers, at least one"),
        ({"scales": (1.0, -1.0)}, r"scales=\(1.0, -1.0\) must be positive"),
        ({"std": 0.0}, "std=0.0 must be a positive number"),
    ],
)
def test_numbers_without_meaning_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        MMD(**arguments)
