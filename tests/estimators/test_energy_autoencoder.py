"""An autoencoder without an encoder: codes are searched for, and energies may collapse."""

from __future__ import annotations

import itertools
import math
import warnings
from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import load_iris

import latentia
from latentia import EnergyAutoencoder, conditional, data, heads, spaces
from latentia.demonstrations import EllipseDecoder
from latentia.errors import CollapsedEnergyWarning, IncompatiblePartsError
from latentia.inference import _most_likely

IRIS = load_iris().data.astype(np.float32)
RING = data.load("ring", n=200).X
ELLIPSE = data.load("ellipse", n=400)


def fitted(n_components=1, X=RING, y=None, **parameters):
    quick = {"max_iter": 2, "hidden_layer_sizes": (16,), "random_state": 0, "verbose": False}
    quick |= {"n_restarts": 2, "n_steps": 20}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapsedEnergyWarning)
        return EnergyAutoencoder(n_components, **{**quick, **parameters}).fit(X, y)


@pytest.fixture(scope="module")
def ellipse():
    return fitted(
        X=ELLIPSE.X,
        space="circle",
        decoder=EllipseDecoder,
        norm="squared_error",
        scaling="none",
        learning_rate=0.05,
        max_iter=15,
    )


def test_it_learns_the_radii_of_an_ellipse_and_its_angles(ellipse):
    radii = ellipse.decoder_.radii.detach().numpy()
    assert np.allclose(np.abs(radii), [2.0, 1.5], rtol=0.02)
    z = ellipse.transform(ELLIPSE.X)[:, 0]
    found = np.arctan2(np.sign(radii[1]) * np.sin(z), np.sign(radii[0]) * np.cos(z))
    wrong = np.angle(np.exp(1j * (found - ELLIPSE.y)))
    assert np.abs(wrong).mean() < 0.05


def test_its_energy_is_the_distance_from_the_ellipse(ellipse):
    radii = ellipse.decoder_.radii.detach().numpy()
    angle = np.linspace(0, 2 * np.pi, 20_000)
    curve = radii * np.stack([np.cos(angle), np.sin(angle)], 1)
    squares = ((ELLIPSE.X[:20, None] - curve) ** 2).sum(2)
    assert np.allclose(ellipse.energy(ELLIPSE.X[:20]), squares.min(1), atol=1e-5)
    assert np.array_equal(ellipse.score_samples(ELLIPSE.X), -ellipse.energy(ELLIPSE.X))
    for beta in (0.5, 5.0):
        mean = np.exp(-beta * squares[:, :-1]).mean(1)
        found = ellipse.free_energy(ELLIPSE.X[:20], beta=beta)
        assert np.allclose(found, -np.log(mean) / beta, atol=1e-5)


def test_a_free_energy_falls_to_the_least_energy_with_the_temperature(ellipse):
    X = ELLIPSE.X[:50]
    energies = [
        ellipse.free_energy(X, beta=beta, n_points=2_000) for beta in (1.0, 10.0, 100.0, math.inf)
    ]
    assert all((a >= b - 1e-9).all() for a, b in itertools.pairwise(energies))


def test_new_examples_lie_on_the_ellipse(ellipse):
    radii = ellipse.decoder_.radii.detach().numpy()
    drawn = ellipse.sample(500, random_state=0)
    assert np.allclose(np.square(drawn / radii).sum(1), 1, atol=1e-4)
    assert np.abs(drawn.mean(0)).max() < 0.3  # all angles alike


def test_categories_without_hidden_layers_are_where_k_means_stays():
    model = fitted(
        3,
        IRIS,
        space="categories",
        norm="squared_error",
        scaling="none",
        hidden_layer_sizes=(),
        max_iter=200,
        learning_rate=0.2,
        learning_rate_schedule="cosine",
        batch_size=150,
    )
    centers = model.inverse_transform(np.eye(3))
    labels = model.transform(IRIS).argmax(1)
    for k in set(labels):
        assert np.allclose(centers[k], IRIS[labels == k].mean(0), atol=0.05)
    squares = ((IRIS[:, None] - centers) ** 2).sum(2)
    assert np.allclose(model.energy(IRIS), squares.min(1), atol=1e-4)
    assert set(model.transform(IRIS).sum(1)) == {1.0}


def test_at_one_with_a_normal_prior_the_free_energy_is_the_negative_log_likelihood():
    model = fitted(1, IRIS, regularizer="normal", hidden_layer_sizes=(), beta=1.0, max_iter=20)
    layer = model.decoder_.net
    W, b = (next(p for n, p in layer.named_parameters() if n.endswith(w)).detach().double().numpy()
            for w in ("weight", "bias"))  # fmt: skip
    sigma = model.decoder_(torch.zeros(1, 1)).stddev.flatten()[0].item()
    scaled = (IRIS - model.scaling_.shift.numpy()) / model.scaling_.scale.numpy()
    exact = multivariate_normal(b, W @ W.T + sigma**2 * np.eye(4)).logpdf(scaled)
    exact = exact + float(model.scaling_.log_abs_det())
    assert np.allclose(model.score_samples(IRIS), exact, atol=1e-3)
    same = model.free_energy(IRIS[:5], beta=1.0)
    assert np.array_equal(model.score_samples(IRIS[:5]), -same)


@pytest.mark.parametrize(
    "parameters",
    [
        {"space": "circle"},
        {"space": partial(spaces.Box, low=0.0, high=2.0)},
        {"n_components": 4, "space": "categories", "beta": 2.0, "norm": "squared_error"},
        {"regularizer": "l2", "regularizer_weight": 2.0},
        {"inference": "target-propagation"},
    ],
    ids=lambda p: "-".join(str(v)[:20] for v in p.values()),
)
def test_the_same_seed_gives_the_same_model_and_disk_gives_it_back(parameters, tmp_path):
    model, twin = fitted(**parameters), fitted(**parameters)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    for other in (twin, again):
        assert np.array_equal(model.transform(RING), other.transform(RING))
        assert np.array_equal(model.score_samples(RING), other.score_samples(RING))
        drawn = [m.sample(5, random_state=0) for m in (model, other)]
        assert np.array_equal(*drawn)


def test_codes_are_drawn_from_the_density_that_the_regularizer_is():
    by_l2 = fitted(2, regularizer="l2", regularizer_weight=2.0)
    assert np.allclose(by_l2.sampler_().stddev.numpy(), 0.5)  # exp(-2 z^2)
    by_l1 = fitted(2, regularizer="l1")
    assert np.allclose(by_l1.sampler_().mean.numpy(), by_l1.transform(RING).mean(0), atol=1e-4)


def test_a_code_that_explains_any_point_is_called_collapsed():
    common = {"max_iter": 30, "random_state": 0, "verbose": False, "learning_rate": 1e-2}
    common |= {"hidden_layer_sizes": (16,), "batch_size": 100, "norm": "squared_error"}
    common |= {"n_restarts": 2, "n_steps": 20}
    with pytest.warns(CollapsedEnergyWarning, match="collapsed.*fewer"):
        EnergyAutoencoder(6, **common).fit(RING)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CollapsedEnergyWarning)
        model = EnergyAutoencoder(1, space="circle", **common).fit(RING)
    noise = np.random.default_rng(0).uniform(RING.min(0), RING.max(0), RING.shape)
    assert gap_of(model, noise.astype(np.float32)) > 0.75


def test_a_price_on_codes_that_a_decoder_evades_is_not_advised_again():
    parameters = {"regularizer": "l2", "regularizer_weight": 0.1, "norm": "squared_error"}
    parameters |= {"max_iter": 25, "learning_rate": 1e-2, "scaling": "none"}
    parameters |= {"random_state": 0, "verbose": False, "n_restarts": 1, "n_steps": 20}
    with pytest.warns(CollapsedEnergyWarning, match="collapsed.*fewer.*larger weights") as caught:
        EnergyAutoencoder(2, hidden_layer_sizes=(16,), batch_size=100, **parameters).fit(RING)
    assert "contrast" not in str(caught[0].message)


def gap_of(model, noise):
    of_data, elsewhere = (torch.as_tensor(model.energy(x)) for x in (RING, noise))
    return float(latentia.inference.energy_gap(of_data, elsewhere))


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"beta": 0.0}, "beta=0.0"),
        ({"beta": -1.0}, "beta=-1.0"),
        ({"space": "sphere"}, "space"),
        ({"space": spaces.Real(1)}, "space="),
        ({"n_components": 2, "space": "circle"}, "Set n_components=1"),
        ({"beta": 1.0}, "diverges"),
        ({"inference": "guess"}, "inference='guess'"),
        ({"inference": "target-propagation", "space": "box"}, "real numbers"),
        ({"inference": "target-propagation", "contrast": "gaussian"}, "one code"),
        ({"decoder": EllipseDecoder()}, "decoder="),
        ({"decoder": EllipseDecoder, "likelihood": "normal"}, "likelihood"),
        ({"decoder": dict}, "must make a ConditionalDistribution"),
        ({"contrast": "noise"}, "contrast"),
        ({"condition": "y", "conditioned": ("decoder",)}, "conditioned"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(parameters, word):
    with pytest.raises(ValueError, match=word):
        fitted(**parameters)


def test_a_decoder_of_other_examples_is_refused():
    with pytest.raises(IncompatiblePartsError, match=r"shape \(2,\)"):
        fitted(X=IRIS, decoder=EllipseDecoder, space="circle")


def test_a_temperature_that_is_none_is_refused(ellipse):
    with pytest.raises(ValueError, match="beta=0 must be a positive number"):
        ellipse.free_energy(ELLIPSE.X, beta=0)


def test_a_condition_reaches_the_search():
    labels = (RING[:, 0] > 0).astype(int)
    model = fitted(y=labels, space="circle", condition="y")
    assert not np.array_equal(model.transform(RING, labels), model.transform(RING, 1 - labels))
    assert model.energy(RING, labels).shape == (200,)


@pytest.mark.parametrize("contrast", [None, "gaussian"])
def test_the_coldest_free_energy_is_the_energy_by_the_same_search(contrast):
    model = fitted(X=RING, contrast=contrast, n_restarts=1, n_steps=5, max_iter=2)
    assert np.array_equal(model.free_energy(RING, beta=math.inf), model.energy(RING))


@pytest.mark.parametrize("contrast", [None, "gaussian"])
def test_every_search_of_training_takes_the_steps_that_are_given(contrast, monkeypatch):
    seen = set()
    plain = _most_likely.minimize

    def spy(energy, start, **settings):
        seen.add((len(start), settings["n_steps"]))
        return plain(energy, start, **settings)

    monkeypatch.setattr(_most_likely, "minimize", spy)
    fitted(X=RING, contrast=contrast, n_restarts=2, n_steps=5, max_iter=1)
    assert seen == {(2, 5)}


@pytest.mark.parametrize("noise", [0.1, 0.005])
def test_scores_are_the_exact_likelihood_however_narrow_the_posterior(noise):
    generator = np.random.default_rng(0)
    z, rest = generator.normal(size=(60, 1)), generator.normal(size=(60, 3))
    X = (z * [1.0, 2.0, -1.0] + noise * rest).astype(np.float32)
    model = fitted(
        1,
        X,
        regularizer="normal",
        beta=1.0,
        scaling="none",
        hidden_layer_sizes=(),
        max_iter=2,
        decoder=partial(line, noise),
    )
    W, b = (p.detach().double().numpy() for p in model.decoder_.net.parameters())
    exact = multivariate_normal(b, W @ W.T + noise**2 * np.eye(3)).logpdf(X)
    assert np.allclose(model.score_samples(X), exact, atol=1e-3, rtol=1e-4)


def line(noise):
    net = torch.nn.Linear(1, 3)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[1.0], [2.0], [-1.0]]))
        net.bias.zero_()
    return conditional.Amortized(net, heads.DiagonalNormal(3, scale=noise))


def test_more_codes_than_an_integral_has_are_refused_with_what_one_can_do():
    for n in (3, 5):
        with pytest.raises(IncompatiblePartsError, match=rf"n_components={n}.*inf.*VAE") as error:
            fitted(n, space="box", beta=1.0)
        assert "encoder=" not in str(error.value)


def test_data_that_do_not_vary_are_learned_in_silence():
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model = fitted(1, np.ones((20, 3), dtype=np.float32))
    assert np.isfinite(model.energy(np.ones((2, 3), dtype=np.float32))).all()


@pytest.mark.parametrize("part", ["regularizer", "cost"])
def test_a_part_of_another_shape_is_named(part):
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(2, scale=1.0))
    given = {"regularizer": lambda z: z.square(), "cost": lambda p, y: torch.zeros(2)}
    energy = latentia.models.LatentEnergy(decoder, spaces.Real(2), **{part: given[part]})
    with pytest.raises(ValueError, match=rf"{part}=.* must give \(4, 3\)"):
        energy(torch.zeros(3, 2), torch.zeros(4, 3, 2))
