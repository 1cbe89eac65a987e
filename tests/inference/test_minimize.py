"""Minima agree with closed forms and grids, and are never above a start."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, spaces
from latentia.errors import IncompatiblePartsError
from latentia.inference import minimize, most_likely_code

G = torch.Generator().manual_seed(0)
TARGET = torch.randn(7, 3, generator=G, dtype=torch.float64)


def bowl(z):
    stiffness = torch.tensor([0.1, 1.0, 30.0], dtype=z.dtype)
    return ((z - TARGET.to(z)).square() * stiffness).sum(2) - 5


def valley(z):
    """Rosenbrock's, with its minimum of 0 at (1, 1)."""
    return 100 * (z[..., 1] - z[..., 0] ** 2) ** 2 + (1 - z[..., 0]) ** 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_quadratic_has_its_minimum_at_the_target(dtype):
    minimum = minimize(bowl, torch.zeros(2, 7, 3, dtype=dtype))
    assert minimum.converged.all() and minimum.n_steps < 60
    assert torch.allclose(minimum.z, TARGET.to(dtype), atol=2e-3)
    assert torch.allclose(minimum.energy, torch.full((7,), -5.0, dtype=dtype))


def test_a_curved_valley():
    start = 2 * torch.randn(3, 20, 2, generator=G, dtype=torch.float64)
    minimum = minimize(valley, start, n_steps=300)
    assert minimum.converged.all()
    assert (minimum.z - 1).abs().max() < 1e-3


def test_columns_do_not_depend_on_each_other():
    start = 2 * torch.randn(1, 6, 2, generator=G, dtype=torch.float64)
    together = minimize(valley, start, n_steps=30)
    alone = minimize(valley, start[:, 2:3], n_steps=30)
    assert torch.equal(together.z[2:3], alone.z)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 10, 50])
def test_no_restart_ends_above_its_start(n_steps):
    start = 3 * torch.randn(4, 9, 2, generator=G, dtype=torch.float64)
    wavy = lambda z: valley(z).sqrt() + z.sin().sum(2)  # noqa: E731
    minimum = minimize(wavy, start, n_steps=n_steps)
    assert (minimum.energy <= wavy(start).amin(0)).all()
    assert torch.allclose(wavy(minimum.z[None])[0], minimum.energy)
    assert minimum.n_steps <= n_steps


def test_too_few_steps_are_reported():
    start = torch.full((1, 2, 2), -1.5, dtype=torch.float64)
    assert not minimize(valley, start, n_steps=5).converged.any()


def test_bounds_hold_and_the_corner_is_found():
    start = torch.zeros(1, 7, 3, dtype=torch.float64)
    minimum = minimize(bowl, start, space=spaces.Box(3, -1, 1), tolerance=1e-8)
    assert torch.allclose(minimum.z, TARGET.clamp(-1, 1), atol=1e-6)
    assert minimum.converged.all()


def test_a_kink_is_reached():
    minimum = minimize(lambda z: (z - 3).abs().sum(2), torch.zeros(2, 4, 2, dtype=torch.float64))
    assert minimum.energy.max() < 1e-6


def test_an_energy_that_is_nowhere_finite_does_not_hide_another_restart():
    start = torch.tensor([[[-1.0]], [[2.0]]])
    minimum = minimize(lambda z: z.log()[..., 0].square(), start)
    assert torch.allclose(minimum.z, torch.ones(1, 1), atol=1e-3)


def test_it_is_deterministic_works_without_gradients_and_leaves_those_of_others(ellipse, points):
    energy = models.LatentEnergy(ellipse, spaces.Circle(), cost="squared_error")
    state = torch.get_rng_state()
    with torch.no_grad():
        first = most_likely_code(energy, points)
    second = most_likely_code(energy, points)
    assert torch.equal(first.z, second.z) and not second.z.requires_grad
    assert not second.energy.requires_grad
    assert ellipse.radii.grad is None and ellipse.radii.requires_grad
    assert torch.equal(torch.get_rng_state(), state)


def test_the_code_of_a_linear_gaussian_model_is_the_ridge_solution(linear_gaussian):
    model, _ = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer=model.prior)
    y = torch.randn(6, 3, generator=G, dtype=torch.float64)
    minimum = most_likely_code(energy, y)
    # The encoder of the fixture is the exact posterior, whose mean is its mode.
    assert torch.allclose(minimum.z, model.encode(y), atol=1e-4)
    assert minimum.converged.all()


def test_on_the_ellipse_nothing_on_a_fine_grid_is_lower(ellipse, points):
    energy = models.LatentEnergy(ellipse, spaces.Circle(), cost="squared_error")
    minimum = most_likely_code(energy, points)
    grid, _ = energy.space.grid(20_000, points)
    with torch.no_grad():
        least = energy(points, grid.unsqueeze(1)).amin(0)
    assert (minimum.energy <= least + 1e-12).all()
    assert torch.allclose(minimum.energy, least, atol=1e-6)
    assert (minimum.z >= 0).all() and (minimum.z < 2 * torch.pi).all()
    assert minimum.energy[-10:].abs().max() < 1e-9


@pytest.mark.parametrize("low", [-0.5, 0.3])
def test_in_a_small_box_too(low):
    torch.manual_seed(0)
    likelihood = heads.DiagonalNormal(3, scale=0.2)
    net = networks.MLP(2, 3, (16,), activation="tanh")
    decoder = conditional.Amortized(net, likelihood).double()
    energy = models.LatentEnergy(decoder, spaces.Box(2, low, low + 1))
    y = torch.randn(5, 3, generator=G, dtype=torch.float64)
    minimum = most_likely_code(energy, y)
    grid, _ = energy.space.grid(150, y)
    with torch.no_grad():
        assert (minimum.energy <= energy(y, grid.unsqueeze(1)).amin(0) + 1e-9).all()
    assert torch.equal(energy.space.project(minimum.z), minimum.z)


def test_categories_are_compared_exactly(points):
    centres = torch.randn(6, 2, generator=G, dtype=torch.float64)
    decoder = conditional.Amortized(
        torch.nn.Linear(6, 2, bias=False).double(), heads.DiagonalNormal(2, scale=1.0)
    )
    with torch.no_grad():
        decoder.net.weight.copy_(centres.T)
    energy = models.LatentEnergy(decoder, spaces.Categories(6), cost="squared_error")
    minimum = most_likely_code(energy, points)
    distances = torch.cdist(points, centres).square()
    assert torch.equal(minimum.z.argmax(1), distances.argmin(1))
    assert torch.allclose(minimum.energy, distances.amin(1))
    assert minimum.converged.all()


def test_no_given_start_is_better():
    torch.manual_seed(0)
    likelihood = heads.DiagonalNormal(5, scale=0.1)
    net = networks.MLP(4, 5, (8,), activation="tanh")
    decoder = conditional.Amortized(net, likelihood).double()
    energy = models.LatentEnergy(decoder, spaces.Real(4), regularizer="l2")
    y = torch.randn(6, 5, generator=G, dtype=torch.float64)
    start = torch.randn(3, 6, 4, generator=G, dtype=torch.float64)
    few = most_likely_code(energy, y, start=start, n_restarts=1, n_steps=20)
    more = most_likely_code(energy, y, start=start, n_restarts=8, n_steps=20)
    with torch.no_grad():
        assert (few.energy <= energy(y, start).amin(0)).all()
    assert (more.energy <= few.energy + 1e-9).all()


def test_bad_arguments_are_refused(ellipse, points):
    energy = models.LatentEnergy(ellipse, spaces.Circle())
    for name in ("n_restarts", "n_steps"):
        with pytest.raises(ValueError, match=f"{name}=0"):
            most_likely_code(energy, points, **{name: 0})
    with pytest.raises(ValueError, match="tolerance=-1"):
        minimize(valley, torch.zeros(1, 1, 2), tolerance=-1)
    with pytest.raises(ValueError, match=r"start has shape \(2,\)"):
        minimize(valley, torch.zeros(2))
    with pytest.raises(ValueError, match=r"energy gave shape \(1, 1, 2\)"):
        minimize(lambda z: z, torch.zeros(1, 1, 2))
    with pytest.raises(ValueError, match=r"start has shape \(3, 1\)"):
        most_likely_code(energy, points, start=torch.zeros(3, 1))
    with pytest.raises(IncompatiblePartsError, match="most_likely_code"):
        minimize(valley, torch.zeros(1, 1, 2), space=spaces.Categories(2))
