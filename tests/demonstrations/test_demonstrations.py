"""Demonstrations show what they say."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from latentia.data import Ring
from latentia.demonstrations import (
    EllipseDecoder,
    demonstrations,
    ring_moments,
    show_ellipse,
    show_energies,
    show_ring,
)


@pytest.mark.parametrize("ring", [Ring(), Ring(radius=2.0, width=0.5)])
def test_moments_of_the_ring_are_those_of_the_integral(ring):
    def moment(power):
        def integrand(r):
            return (ring.radius + ring.width * r) ** power * r * math.exp(-(r**2) / 2)

        return quad(integrand, 0, math.inf)[0]

    mean, std = ring_moments(ring)
    assert mean == pytest.approx(moment(1), rel=1e-8)
    assert std**2 == pytest.approx(moment(2) - moment(1) ** 2, rel=1e-6)


def test_the_ring_of_the_data_has_the_exact_moments():
    radii = np.linalg.norm(Ring().load(100_000).X, axis=1)
    mean, std = ring_moments(Ring())
    assert radii.mean() == pytest.approx(mean, abs=4 * std / math.sqrt(100_000))
    assert radii.std() == pytest.approx(std, rel=0.02)


def test_a_decoder_learns_the_ring():
    shown = show_ring(starts=1)
    assert shown["vae_error"] < 0.02
    assert list(shown.figures) == ["ring"]


def test_only_the_overcomplete_copy_is_flat():
    shown = show_energies(n=1_000, epochs=60)
    for name in ("denoising", "contractive", "variational"):
        assert shown[f"{name}_on_noise"] > 10 * shown["plain_on_noise"]
        assert shown[f"{name}_on_noise"] > 5 * shown[f"{name}_on_data"]
        assert shown[f"{name}_auroc"] > 0.75
    assert shown["denoising_auroc"] > shown["plain_auroc"]
    assert list(shown.figures) == ["energies"]


@pytest.fixture(scope="module")
def ellipse():
    return show_ellipse(n=500, epochs=20, resolution=8)


def test_the_radii_and_the_angles_are_recovered(ellipse):
    assert ellipse["radius_error"] < 0.02
    assert ellipse["angle_error"] < 0.05
    # What is left is the noise across the curve: one of two dimensions of 0.05.
    assert ellipse["free_energy_inf"] == pytest.approx(0.05**2, rel=0.2)


def test_the_free_energy_goes_to_the_least(ellipse):
    gaps = [ellipse[f"gap_{beta}"] for beta in (1, 10, 100, 10_000)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-3


def test_the_decoder_lies_on_its_ellipse():
    decoder = EllipseDecoder(2.0, 1.5)
    z = torch.linspace(0, 2 * math.pi, 9).reshape(3, 3, 1)
    means = decoder(z).mean / torch.tensor([2.0, 1.5])
    assert means.shape == (3, 3, 2)
    torch.testing.assert_close(means.norm(dim=-1), torch.ones(3, 3))
    with pytest.raises(ValueError, match="scale"):
        EllipseDecoder(scale=-1.0)


@pytest.mark.parametrize("name", demonstrations)
def test_each_says_what_and_where_from(name):
    demonstration = demonstrations[name]
    assert demonstration.what.endswith(".") and demonstration.minutes > 0
    assert demonstration.reference.rstrip(".")[-4:].isdigit()
