"""What a prior draws means something where codes were asked to follow it, and elsewhere not."""

import numpy as np
import pytest

from latentia import VAE, Autoencoder
from latentia.evaluation import (
    blanks,
    completeness,
    kernel_distance,
    local_lipschitz,
    recognizable,
)

RNG = np.random.default_rng(0)
X, NEW = RNG.normal(size=(2, 2000, 2))


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_new_examples_have_the_share_that_was_asked_for(share):
    assert completeness(NEW, X, share=share) == pytest.approx(share, abs=0.02)
    assert blanks(X, NEW, share=share) == pytest.approx(1 - share, abs=0.02)


def test_what_is_far_is_not_like_the_data():
    half = np.concatenate([NEW, NEW + 50])
    assert completeness(half, X) == completeness(NEW, X) / 2
    assert blanks(X, half) == pytest.approx(1 - completeness(half, X))


def test_a_hole_is_blank():
    angles = RNG.uniform(0, 2 * np.pi, size=3000)
    ring = (
        np.stack([np.cos(angles), np.sin(angles)], axis=1) * RNG.uniform(0.5, 1, (3000, 1)) ** 0.5
    )
    square = RNG.uniform(-1, 1, size=(4000, 2))
    radii = np.linalg.norm(square, axis=1)
    outside = np.mean((radii > 1) | (radii < 0.5**0.5))
    assert blanks(ring, square, share=1.0) == pytest.approx(outside, abs=0.08)


def test_units_do_not_matter():
    shifted = NEW + 1
    expected = completeness(shifted, X)
    assert 0.1 < expected < 0.9
    assert completeness(1e3 * shifted + 5, 1e3 * X + 5) == expected


def test_examples_that_repeat_are_like_themselves():
    x = np.repeat(np.eye(3), 10, axis=0)
    assert completeness(x, x) == 1 and completeness(x + 1e-3, x) == 0


def test_a_classifier_is_sure_of_some():
    chances = np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 1.0], [0.8, 0.2]])
    assert recognizable(chances, lambda x: x) == 0.5
    assert recognizable(chances, lambda x: x, confidence=0.6) == 0.75


# Of six seeds, the smallest differences in the first two are 0.15 and 0.22.
@pytest.mark.parametrize("seed", range(3))
def test_a_prior_in_training_makes_the_code_of_digits_complete_and_continuous(digits, seed):
    x = digits.X[:1000]
    draws = np.random.default_rng(1).standard_normal((500, 2)).astype(np.float32)
    measured = {}
    for kind in (Autoencoder, VAE):
        model = kind(2, hidden_layer_sizes=(64,), max_iter=40, random_state=seed, verbose=False)
        codes = model.fit(x).transform(x)
        decode = model.inverse_transform
        steepness = local_lipschitz(decode, codes[:100]) * codes.std()
        measured[kind] = {
            "like the data": completeness(decode(draws), x),
            "blank": blanks(codes, draws),
            "unlike the prior": kernel_distance(codes, draws),
            "steep": float(np.median(steepness)),
        }
    plain, variational = measured[Autoencoder], measured[VAE]
    assert variational["like the data"] > plain["like the data"] + 0.1
    assert variational["blank"] < plain["blank"] - 0.1
    assert variational["unlike the prior"] < plain["unlike the prior"] / 2
    assert variational["steep"] < plain["steep"]


def test_refusals():
    with pytest.raises(ValueError, match=r"n_neighbors=5 must be .* the 5 examples of x"):
        completeness(NEW, X[:5])
    with pytest.raises(ValueError, match="draws and codes must have as many features"):
        blanks(X, np.zeros((3, 5)))
    with pytest.raises(ValueError, match="share=0"):
        completeness(NEW, X, share=0)
    with pytest.raises(ValueError, match=r"confidence=1\.5"):
        recognizable(X, lambda x: x, confidence=1.5)
    with pytest.raises(ValueError, match=r"probabilities of shape \(2000, classes\)"):
        recognizable(X, lambda x: x)
