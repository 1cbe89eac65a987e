"""Counts and levels through the estimators: scaled as they must be, or refused by name."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_digits

import latentia
from latentia import VAE, Autoencoder, StackedAutoencoder, heads

QUIET = {"random_state": 0, "verbose": False}
RNG = np.random.default_rng(0)
FACTOR = RNG.normal(size=(700, 1))
MEAN = 5 * np.exp(0.6 * FACTOR @ RNG.choice([-1.0, 1.0], size=(1, 12)))
COUNTS = RNG.negative_binomial(2, 2 / (2 + MEAN))
DIGITS = load_digits().images[:300]
COUNTING = [
    "negative-binomial", "poisson", "zero-inflated-negative-binomial", "zero-inflated-poisson",
]  # fmt: skip
GRIDS = {
    "levels": partial(heads.Levels, n_levels=17),
    "logistic": partial(heads.DiscretizedLogistic, n_levels=17),
    "mixture": partial(heads.DiscretizedLogistic, n_levels=17, n_components=3),
}


@pytest.mark.parametrize("likelihood", COUNTING)
def test_counts_are_learned_and_drawn_as_counts(likelihood, tmp_path, capsys):
    model = VAE(1, likelihood=likelihood, max_iter=8, random_state=0).fit(COUNTS)
    assert "scaling='none', because counts are not scaled" in capsys.readouterr().err
    draws = model.sample(50, random_state=0, mean=False)
    assert (draws >= 0).all() and np.array_equal(draws, draws.round())
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    assert np.array_equal(again.score_samples(COUNTS[:5]), model.score_samples(COUNTS[:5]))


def test_the_family_that_made_the_counts_explains_new_ones_best():
    train, test = COUNTS[:500], COUNTS[500:]
    scores = {
        name: VAE(1, likelihood=name, max_iter=60, hidden_layer_sizes=(32,), **QUIET)
        .fit(train)
        .score(test)
        for name in ("negative-binomial", "normal-feature", "poisson")
    }
    # A density of whole numbers is the probability of the unit interval around each.
    assert scores["negative-binomial"] > scores["normal-feature"] + 2
    assert scores["negative-binomial"] > scores["poisson"] + 2


def test_rates_are_expected_counts():
    model = VAE(1, likelihood="poisson", max_iter=60, hidden_layer_sizes=(32,), **QUIET).fit(COUNTS)
    rates = model.reconstruct(COUNTS)
    assert np.allclose(rates.mean(0), COUNTS.mean(0), rtol=0.1)
    error, spread = (rates - MEAN) ** 2, (MEAN - MEAN.mean(0)) ** 2
    assert error.sum() < 0.5 * spread.sum()


def test_stacks_and_chunks_take_counts():
    layer = Autoencoder(max_iter=2)
    stack = StackedAutoencoder([4, 2], of=layer, likelihood="poisson", max_iter=2, **QUIET)
    assert (stack.fit(COUNTS).reconstruct(COUNTS) > 0).all()
    model = Autoencoder(likelihood="poisson", **QUIET).partial_fit(COUNTS[:300])
    size = model.decoder_.head.size.clone()
    assert np.allclose(size.numpy(), COUNTS[:300].mean(0), rtol=1e-5)
    model.partial_fit(COUNTS[300:])
    assert bool((model.decoder_.head.size == size).all())  # the unit of the first chunk


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: np.where(x == x.max(), 0.5, x), r"X\[\d+, \d+\] is 0.5; .*likelihood='normal'"),
        (lambda x: x - 1, r"X\[\d+, \d+\] is -1"),
    ],
)
def test_what_is_no_count_is_named(change, match):
    with pytest.raises(ValueError, match=r"whole numbers from 0 on.*" + match):
        VAE(likelihood="poisson", **QUIET).fit(change(COUNTS.astype(float)))


def test_scaled_counts_are_no_counts():
    with pytest.raises(ValueError, match=r"scaling='standard' .*use scaling='none'"):
        VAE(likelihood="poisson", scaling="standard", **QUIET).fit(COUNTS)
    model = VAE(likelihood="poisson", max_iter=1, **QUIET).fit(COUNTS)
    with pytest.raises(ValueError, match=r"X\[1, 0\] is 2.5"):
        model.score_samples(np.where(np.arange(36).reshape(3, 12) == 12, 2.5, 1.0))


@pytest.mark.parametrize("shape", [(8, 8), (64,)], ids=str)
@pytest.mark.parametrize("name", GRIDS)
def test_levels_are_learned_and_drawn_in_units_of_the_data(name, shape):
    x = DIGITS.reshape(-1, *shape)
    model = VAE(2, likelihood=GRIDS[name], max_iter=3, **QUIET).fit(x)
    assert model.scaling_.rule == "max"
    draws = model.sample(20, random_state=0, mean=False)
    assert np.isin(draws, np.arange(17)).all()
    # Probabilities, so no Jacobian: they are at most 1.
    assert (model.score_samples(x[:10]) < 0).all()
    assert model.reconstruct(x).min() >= 0 and model.reconstruct(x).max() <= 16


@pytest.mark.parametrize("shape", [(8, 8), (64,)], ids=str)
def test_bytes_are_divided_by_255_whatever_their_maximum(shape):
    x = (DIGITS * 7 + 3).reshape(-1, *shape)
    model = VAE(2, likelihood="discretized-logistic", max_iter=1, **QUIET).fit(x)
    assert model.scaling_.rule == "unit"
    draws = model.sample(20, random_state=0, mean=False)
    assert np.isin(draws, np.arange(256)).all()


def test_a_value_off_the_grid_is_named():
    x = DIGITS / 16
    with pytest.raises(
        ValueError, match=r"256 levels.*X\[0, 0, 2\] is 0.3125.*heads.Levels, n_levels=17"
    ):
        VAE(likelihood="categorical", **QUIET).fit(x)
    with pytest.raises(ValueError, match=r"17 levels.*X\[0, 0, 2\] is 0.3333"):
        VAE(likelihood=GRIDS["logistic"], **QUIET).fit(np.minimum(DIGITS, 15))
    with pytest.raises(ValueError, match=r"17 levels.* is -0.5"):
        VAE(likelihood=GRIDS["levels"], scaling="none", **QUIET).fit(x - 0.5)


def test_a_heavy_tail_lets_outliers_be():
    x = RNG.normal(size=(400, 1)) @ RNG.normal(size=(1, 8)) + 0.1 * RNG.normal(size=(400, 8))
    spoilt = x.copy()
    spoilt[::40] += 30 * RNG.normal(size=(10, 8))
    kept = np.arange(400) % 40 != 0
    errors = [
        np.square(
            VAE(
                1, likelihood=name, hidden_layer_sizes=(), max_iter=100, learning_rate=1e-2, **QUIET
            )
            .fit(spoilt)
            .reconstruct(x)[kept]
            - x[kept]
        ).mean()
        for name in ("student-t", "normal")
    ]
    assert errors[0] < errors[1] / 2
