"""Grids integrate, starts repeat and lie in the space, and the way back leads into it."""

from __future__ import annotations

import math

import pytest
import torch

from latentia.errors import IncompatiblePartsError
from latentia.spaces import Box, Categories, Circle, Points, Real, spaces

SPACES = [Real(1), Real((2, 2), 3.0), Box(2), Box(1, 0.0, 5.0), Circle(), Categories(5)]
LIKE = torch.zeros((), dtype=torch.float64)


@pytest.fixture(params=SPACES, ids=repr)
def space(request):
    return request.param


def test_every_space_has_an_example():
    assert {type(space) for space in SPACES} == set(spaces.values())


def test_starts_lie_in_the_space_and_repeat_without_the_global_generator(space):
    before = torch.get_rng_state()
    z = space.starts(9, LIKE)
    assert z.shape == (9, *space.event_shape) and z.dtype == torch.float64
    assert torch.equal(z, space.starts(9, LIKE)) and torch.equal(space.project(z), z)
    assert torch.equal(torch.get_rng_state(), before)
    assert space.starts(2).dtype == torch.get_default_dtype()


def test_starts_are_spread_out(space):
    if isinstance(space, Categories):
        assert len(space.starts(5).unique(dim=0)) == 5
        return
    z = space.starts(64, LIKE).flatten(1)
    if space.bounded:
        low, high = space.bounds if isinstance(space, Box) else (0.0, 2 * math.pi)
        u = (z - low) / (high - low)
    else:
        u = torch.special.ndtr(z / space.scale)
    # Each half of each axis has its share.
    assert ((u < 0.5).double().mean(0) - 0.5).abs().max() < 0.05


def test_weights_of_a_grid_add_up_to_the_volume(space):
    points, log_weights = space.grid(8, LIKE)
    assert points.shape == (len(log_weights), *space.event_shape)
    assert torch.equal(space.project(points), points)
    if space.bounded:
        assert math.isclose(log_weights.exp().sum().item(), space.volume, rel_tol=1e-12)


def test_the_volume_is_that_of_the_box_and_the_circle():
    assert Box(2, -1.0, 2.0).volume == 9.0
    assert Circle().volume == 2 * math.pi
    assert Categories(5).volume == 5
    assert Real(1).volume == math.inf


@pytest.mark.parametrize("n", [5, 16, 40])
def test_a_box_integrates_polynomials_exactly(n):
    z, log_weights = Box(1, -1.0, 3.0).grid(n, LIKE)
    integral = (log_weights.exp() * z[:, 0] ** 9).sum()
    assert len(z) == n
    assert torch.isclose(integral, torch.tensor((3.0**10 - 1) / 10, dtype=torch.float64))


def test_the_circle_integrates_trigonometric_polynomials_exactly():
    z, log_weights = Circle().grid(8, LIKE)
    waves = torch.stack([(k * z[:, 0] + 0.3).cos() for k in range(1, 8)])
    assert (waves * log_weights.exp()).sum(1).abs().max() < 1e-13


@pytest.mark.parametrize(("mean", "scale"), [(0.0, 1.0), (3.0, 0.5), (-2.0, 0.3)])
def test_the_real_line_integrates_normals(mean, scale):
    z, log_weights = Real(1).grid(200, LIKE)
    density = torch.distributions.Normal(mean, scale).log_prob(z[:, 0])
    assert abs((log_weights + density).logsumexp(0)) < 1e-7


def test_names_are_those_of_heads():
    assert Box(1, 0.0, 1.0).name == "unit"
    assert Box(1).name == "box"
    assert Categories(2).name == "one-hot"
    assert Real(1).name == "real"


def test_projections():
    assert Box(1).project(torch.tensor([[-3.0], [0.2]])).flatten().tolist() == pytest.approx(
        [-1.0, 0.2]
    )
    angle = torch.tensor([[7.0]], dtype=torch.float64)
    assert torch.allclose(Circle().project(angle), angle - 2 * math.pi)
    assert torch.equal(Categories(2).project(torch.tensor([[0.1, 0.2]])), torch.tensor([[0.0, 1]]))


def test_a_grid_of_too_many_points_names_their_number():
    with pytest.raises(ValueError, match=r"1e\+20 points.*encoder"):
        Real(10).grid(100)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Real(1, 0.0), "scale=0.0 must be a positive"),
        (lambda: Box(1, 2.0, 1.0), "low=2.0 must be a number below high=1.0"),
        (lambda: Box(1, 0.0, math.inf), "both finite"),
        (lambda: Categories(0), "n=0"),
        (lambda: Circle().grid(0), "n=0"),
        (lambda: Real(0), "event_shape=0"),
    ],
)
def test_bad_arguments_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_a_list_of_points_is_a_space():
    points = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 5.0]])
    space = Points(points)
    assert torch.equal(space.grid(1)[0], points) and space.volume == 3 and space.discrete
    assert torch.equal(space.project(points + 0.4), points)
    assert torch.equal(space.project(points.reshape(3, 1, 2) - 0.4), points.reshape(3, 1, 2))
    assert torch.equal(space.starts(4), points[[0, 1, 2, 0]])
    with pytest.raises(ValueError, match="points has shape"):
        Points(points[:0])


@pytest.mark.parametrize("space", [Real(2, 3.0), Box(2, 0.0, 5.0), Circle()], ids=repr)
def test_the_slope_of_coordinates_is_that_of_their_map(space):
    u = torch.linspace(-0.9, 0.8, 5, dtype=torch.float64).unsqueeze(1).expand(5, *space.event_shape)
    u = (u + 0.05 * torch.arange(u[0].numel())).clone()
    for row in u:
        jacobian = torch.autograd.functional.jacobian(lambda t: space.chart(t)[0], row)
        assert torch.isclose(space.chart(row)[1], jacobian.det().abs().log())
    assert torch.equal(space.project(space.chart(u)[0]), space.chart(u)[0])
    with pytest.raises(IncompatiblePartsError, match="Categories"):
        Categories(3).chart(u)


def test_a_box_of_many_dimensions_has_a_volume_too_large_for_a_number():
    assert Box((32, 32)).bounded and Box((32, 32)).log_volume == 1024 * math.log(2)
    assert Box(1024, 0.0, 0.1).bounded and Box(1024, 0.0, 0.1).volume == 0.0
    assert Box(2000).volume == math.inf and Box(2000).bounded
