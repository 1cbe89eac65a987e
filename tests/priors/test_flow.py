"""A flow: a normalised density, its own inverse, and no trace left in torch."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import torch
from torch.distributions import TransformedDistribution

from latentia import priors
from latentia.distributions import point
from latentia.training import seeded


def bent(d):
    """A flow whose parameters are far from the identity."""
    with seeded(0):
        flow = priors.Flow(d, n_transforms=2, hidden_layer_sizes=(8,)).double()
        for parameter in flow.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
    flow.loc.copy_(torch.linspace(-1, 2, d))
    flow.scale.copy_(torch.linspace(0.5, 2, d))
    return flow


def standard_log_prob(z):
    return priors.StandardNormal(z.shape[-1]).double()().log_prob(z)


@torch.no_grad()
def test_it_integrates_to_one():
    x = torch.linspace(-12, 8, 200_001, dtype=torch.float64)
    density = bent(1)().log_prob(x.unsqueeze(-1)).exp()
    assert torch.trapezoid(density, x).item() == pytest.approx(1.0, abs=1e-5)


def test_one_pass_is_the_general_formula():
    flow = bent(3)()
    with seeded(1):
        z = flow.sample((20,))
    general = TransformedDistribution.log_prob(flow, z)
    assert torch.allclose(flow.log_prob(z), general, atol=1e-6)


def test_its_density_is_the_jacobian_of_its_draws():
    flow = bent(3)()
    (push,) = flow.transforms
    base = torch.tensor([0.3, -1.2, 0.7], dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(push, base)
    expected = standard_log_prob(base) - torch.linalg.slogdet(jacobian).logabsdet
    assert torch.allclose(flow.log_prob(push(base)), expected, atol=1e-6)
    assert torch.allclose(point(flow), push(torch.zeros_like(base)))


def test_gradients_reach_every_parameter_by_densities_and_by_draws():
    flow = bent(2)
    parameters = list(flow.parameters())
    z = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with seeded(0):
        losses = flow().log_prob(z).sum(), flow().rsample((50,)).square().sum()
    for loss in losses:
        for gradient in torch.autograd.grad(loss, parameters):
            assert gradient.isfinite().all() and gradient.any()


def test_it_starts_where_the_codes_are():
    with seeded(0):
        codes = torch.randn(500, 2) * torch.tensor([100.0, 1.0]) + torch.tensor([1e3, -1.0])
        flow = priors.Flow(2)
        flow.start_from(codes)
        z = flow().sample((2000,))
    assert torch.allclose(flow.loc, codes.mean(0))
    assert torch.allclose(z.std(0) / codes.std(0), torch.ones(2), atol=0.5)
    assert ((z.mean(0) - codes.mean(0)).abs() < codes.std(0)).all()


def test_learning_approaches_a_density_that_no_normal_has():
    with seeded(0):
        sign = torch.randint(2, (400, 1)) * 2.0 - 1
        codes = 3 * sign + 0.5 * torch.randn(400, 1)
        flow = priors.Flow(1)
    flow.start_from(codes)
    optimizer = torch.optim.Adam(flow.parameters(), lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        (-flow().log_prob(codes).mean()).backward()
        optimizer.step()
    truth = priors.Mixture.fit(codes, 2)().log_prob(codes).mean()
    normal = priors.Normal.fit(codes)().log_prob(codes).mean()
    learned = flow().log_prob(codes).mean()
    assert normal < truth - 1
    assert learned > truth - 0.2


@pytest.mark.parametrize("sizes", [{"n_features": 0}, {"n_features": (2, 2)}, {"n_transforms": 0}])
def test_wrong_sizes_are_named(sizes):
    (name,) = sizes
    with pytest.raises(ValueError, match=f"{name}="):
        priors.Flow(**{"n_features": 2, **sizes})


@pytest.mark.parametrize("how", ["build", "unpickle"])
def test_the_checks_of_torch_stay_as_they_were(how, tmp_path):
    # zuko, where it is imported first, turns them off for the whole process.
    file = tmp_path / "flow.pickle"
    file.write_bytes(pickle.dumps(priors.Flow(2)))
    start = {
        "build": "from latentia import priors; assert 'zuko' not in sys.modules; priors.Flow(2)",
        "unpickle": f"import pickle; pickle.load(open({str(file)!r}, 'rb'))",
    }
    code = (
        f"import sys; {start[how]}; assert 'zuko' in sys.modules\n"
        "import torch\n"
        "try: torch.distributions.Normal(0.0, -1.0)\n"
        "except ValueError: print('refused')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "refused"
