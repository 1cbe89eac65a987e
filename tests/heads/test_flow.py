"""Flow posteriors: normalised, told about the input, and with the gradients of what they say."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch.distributions import TransformedDistribution

from latentia import conditional, heads, models, networks, priors
from latentia.distributions import divergence, has_exact_divergence, point
from latentia.inference import log_likelihood
from latentia.objectives import ELBO, Info
from latentia.training import Trainer, seeded

FLOWS = {"flow": heads.Flow, "inverse-autoregressive": heads.InverseAutoregressive}


def bent(name, d=2, std=0.4):
    """A head whose parameters are far from the identity."""
    with seeded(0):
        head = FLOWS[name](d, hidden_layer_sizes=(8,), context=3).double()
        for parameter in head.parameters():
            torch.nn.init.normal_(parameter, std=std)
    return head


def raw_for(head, n=4, seed=1):
    g = torch.Generator().manual_seed(seed)
    return 0.5 * torch.randn(n, head.n_params, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("name", FLOWS)
@torch.no_grad()
def test_densities_integrate_to_one(name):
    head = bent(name, std=0.25)
    axis = torch.linspace(-10, 10, 201, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    density = head(raw_for(head, 1)[0]).log_prob(grid).exp()
    assert (density.sum() * (axis[1] - axis[0]) ** 2).item() == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("name", FLOWS)
@torch.no_grad()
def test_draws_fall_where_the_density_is(name):
    # Cells of a grid, the rest in one; chi-square below mean + 5 standard deviations.
    head, n = bent(name), 20_000
    q = head(raw_for(head, 1)[0])
    with seeded(0):
        z = q.sample((n,))
    low, high = z.quantile(0.02, 0), z.quantile(0.98, 0)
    fine = (torch.arange(200, dtype=torch.float64) + 0.5) / 200
    area = ((high - low) / 200).prod()
    grid = low + torch.cartesian_prod(fine, fine) * (high - low)
    mass = (q.log_prob(grid).exp() * area).reshape(8, 25, 8, 25).sum((1, 3)).flatten()
    cell = ((z - low) / (high - low) * 8).floor().long()
    inside = ((cell >= 0) & (cell < 8)).all(1)
    counts = (8 * cell[inside, 0] + cell[inside, 1]).bincount(minlength=64)
    observed = torch.cat([counts, (~inside).sum()[None]]).double()
    expected = n * torch.cat([mass, 1 - mass.sum()[None]])
    kept = expected > 5
    chi2 = ((observed - expected).square() / expected)[kept].sum()
    assert chi2 < kept.sum() + 5 * (2 * kept.sum()).sqrt()


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_density_of_a_draw_is_that_of_its_inverse(name, d):
    head = bent(name, d)
    raw = raw_for(head).requires_grad_()
    q = head(raw)
    with seeded(0):
        z = q.rsample((3,))
    own, inverted = q.log_prob(z), head(raw).log_prob(z)
    general = TransformedDistribution.log_prob(q, z)
    wanted = [raw, *(p for p in head.parameters() if p.numel())]
    g_own, g_inverted = (
        torch.autograd.grad(value.sum(), wanted, retain_graph=True, allow_unused=True)
        for value in (own, inverted)
    )
    assert torch.allclose(own, inverted, atol=1e-8)
    assert torch.allclose(own, general, atol=1e-8)
    for a, b in zip(g_own, g_inverted, strict=True):
        assert (a is None and b is None) or torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("name", FLOWS)
def test_the_gradient_of_the_entropy_is_that_of_finite_differences(name):
    head = bent(name)
    raw = raw_for(head, 1)

    def cost(raw):
        with seeded(0):
            q = head(raw)
            z = q.rsample((5,))
        return (q.log_prob(z) + 0.5 * z.square().sum(-1)).mean()

    assert torch.autograd.gradcheck(cost, raw.requires_grad_(), eps=1e-6, atol=1e-5)


@pytest.mark.parametrize("name", FLOWS)
def test_a_draw_that_stands_still_has_the_gradient_of_one(name):
    # E[grad log q(z)] = 0 for z that does not follow the parameters; a density that remembers
    # where such a draw came from would have another gradient.
    head = bent(name)
    raw = raw_for(head, 1).requires_grad_()
    q = head(raw)
    with seeded(0):
        z = q.sample((6,))
    fresh = head(raw).log_prob(z.clone())
    for held in (z, z.clone(), z.detach().requires_grad_()):
        values = q.log_prob(held)
        (a,), (b,) = (torch.autograd.grad(v.sum(), raw, retain_graph=True) for v in (values, fresh))
        assert torch.allclose(a, b)
    (slope,) = torch.autograd.grad(q.log_prob(held).sum(), held)
    assert slope.any()


@pytest.mark.parametrize("name", FLOWS)
def test_the_shape_follows_the_input(name):
    # Two inputs with the same location and scale, and another context.
    head = bent(name)
    raw = 4 * raw_for(head, 1)
    raw = torch.cat([raw, torch.cat([raw[:, :4], -raw[:, 4:]], dim=1)])
    with seeded(0):
        noise = torch.randn(500, 1, 2, dtype=torch.float64)
    (push,) = head(raw).transforms
    z = push(noise.expand(-1, 2, -1))
    a, b = ((z - z.mean(0)) / z.std(0)).unbind(1)
    assert (a - b).abs().mean() > 0.02


@pytest.mark.parametrize("name", FLOWS)
def test_leading_dimensions_and_expansion(name):
    head = bent(name)
    raw = raw_for(head, 6).view(2, 3, -1)
    q = head(raw)
    z = q.rsample((5, 4))
    assert z.shape == (5, 4, 2, 3, 2) and q.log_prob(z).shape == (5, 4, 2, 3)
    wide = head(raw[0]).expand((7, 3))
    assert wide.rsample().shape == (7, 3, 2)
    value = z[0, 0, 0, :1]
    assert torch.allclose(wide.log_prob(value)[0], head(raw[0]).log_prob(value.expand(3, -1)))


@pytest.mark.parametrize("name", FLOWS)
def test_its_point_is_the_mapped_middle_of_the_normal(name):
    head = bent(name)
    q = head(raw_for(head))
    (push,) = q.transforms
    assert torch.equal(point(q), push(torch.zeros(4, 2, dtype=torch.float64)))


@pytest.mark.parametrize("name", FLOWS)
def test_divergences_are_sampled(name):
    head, flow = bent(name), priors.Flow(2, hidden_layer_sizes=(8,)).double()
    q = head(raw_for(head))
    z = q.rsample((3,))
    for p in (priors.StandardNormal(2).double()(), flow(), head(raw_for(head, seed=2))):
        p = p.expand((4,))
        assert not has_exact_divergence(q, p)
        assert torch.allclose(divergence(q, p, z), (q.log_prob(z) - p.log_prob(z)).mean(0))


@pytest.mark.parametrize("name", FLOWS)
def test_it_infers_what_no_diagonal_normal_can(name):
    # x = z_1 + z_2 + noise: given x the two are dependent, and log p(x) is known.
    with seeded(0):
        x = 2**0.5 * torch.randn(256, 1) + 0.3 * torch.randn(256, 1)
        p = heads.DiagonalNormal(1, scale=0.3)
        decoder = conditional.Amortized(networks.MLP(2, 1), p)
        for parameter in decoder.parameters():
            parameter.requires_grad_(False).fill_(float(parameter.dim() == 2))
    truth = torch.distributions.Normal(0, 2.09**0.5).log_prob(x).mean().item()
    bounds = {}
    for posterior in (heads.DiagonalNormal, FLOWS[name]):
        with seeded(0):
            q = posterior(2)
            encoder = conditional.Amortized(networks.MLP(1, q.n_params, (16,)), q)
            model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
            Trainer(model, ELBO(n_samples=4), batch_size=256, learning_rate=0.02, seed=0).fit(
                x, epochs=100
            )
            batch = models.Batch(x)
            bounds[posterior] = -ELBO(n_samples=50)(model.trace(batch, 50), Info()).total
            estimate = log_likelihood(model, batch, 200).mean().item()
    diagonal, flow = bounds.values()
    assert estimate == pytest.approx(truth, abs=0.05)
    assert diagonal < truth - 0.5
    assert diagonal + 0.3 < flow < truth + 0.05


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize(
    "wrong",
    [{"event_shape": (4, 5)}, {"n_transforms": 0}, {"context": 0}, {"hidden_layer_sizes": ()}],
    ids=str,
)
def test_wrong_sizes_are_named(name, wrong):
    (argument,) = wrong
    with pytest.raises(ValueError, match=f"{argument}="):
        FLOWS[name](**{"event_shape": 2, **wrong})


@pytest.mark.parametrize("name", FLOWS)
def test_a_network_of_another_width_is_refused(name):
    with pytest.raises(ValueError, match=r"needs 20 numbers .* gave shape \(3, 4\)"):
        FLOWS[name](2)(torch.zeros(3, 4))


def test_zuko_comes_late_and_leaves_the_checks_of_torch_alone():
    code = (
        "import sys, torch; from latentia import heads; assert 'zuko' not in sys.modules\n"
        "heads.InverseAutoregressive(2); assert 'zuko' in sys.modules\n"
        "try: torch.distributions.Normal(0.0, -1.0)\n"
        "except ValueError: print('refused')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "refused"
