"""The energy of an example: what training made small, at the clean example and its own code."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from latentia import VAE, Autoencoder
from latentia.objectives import Contractive

DIGITS = load_digits().data[:400] / 16


def quick(make, **parameters):
    return make(**{"max_iter": 5, "random_state": 0, "verbose": False, **parameters})


def test_energy_is_cost_plus_weighted_penalties():
    model = quick(Autoencoder, penalty={"code-norm": 0.5, "contractive": 2.0}, norm="squared_error")
    model.fit(DIGITS)
    x, h = DIGITS, model.transform(DIGITS)
    cost = np.square(x - model.reconstruct(x)).sum(1)
    batch = torch.tensor(DIGITS, dtype=torch.float64)
    encoder = model.model_.encoder.double()
    jacobian = torch.func.vmap(torch.func.jacrev(lambda row: encoder(row[None]).mean[0]))(batch)
    contraction = jacobian.square().sum((1, 2)).detach().numpy()
    expected = cost + 0.5 * 0.5 * np.square(h).sum(1) + 2.0 * contraction
    encoder.float()
    assert model.scaling_.rule == "none"
    assert np.allclose(model.energy(x), expected, rtol=1e-4)


def test_energy_of_a_variational_model_is_the_bound_at_the_mean_code():
    model = quick(VAE, beta=3.0, free_bits=0.5, likelihood="normal-unit", scaling="none").fit(
        DIGITS
    )
    with torch.no_grad():
        posterior = model.model_.encoder(torch.tensor(DIGITS, dtype=torch.float32)).base_dist
    mu, var = posterior.loc.numpy(), posterior.scale.numpy() ** 2
    kl = 0.5 * (var + mu**2 - 1 - np.log(var)).sum(1)
    d = DIGITS.shape[1]
    cost = 0.5 * np.square(DIGITS - model.reconstruct(DIGITS)).sum(1) + 0.5 * d * np.log(2 * np.pi)
    assert np.allclose(model.energy(DIGITS), cost + 3.0 * kl, rtol=1e-4)


def test_a_score_of_an_autoencoder_is_minus_its_energy_in_the_units_of_the_data():
    model = quick(Autoencoder, scaling="standard").fit(DIGITS)
    assert np.array_equal(model.score_samples(DIGITS), -model.energy(DIGITS))
    wide = quick(Autoencoder, scaling="standard").fit(10 * DIGITS)
    n_varying = int((DIGITS.std(0) > 0).sum())
    shift = wide.energy(10 * DIGITS) - model.energy(DIGITS)
    assert np.allclose(shift, n_varying * np.log(10), atol=0.05)


def test_energy_does_not_depend_on_the_company():
    model = quick(Autoencoder).fit(DIGITS)
    together, alone = model.energy(DIGITS), [float(model.energy(x[None])[0]) for x in DIGITS[:20]]
    assert np.allclose(together[:20], alone, rtol=1e-10)


def test_penalties_of_a_whole_batch_are_left_out():
    plain = quick(Autoencoder, code="sigmoid").fit(DIGITS)
    model = quick(Autoencoder, code="sigmoid", penalty="kl-sparsity", penalty_weight=0.0)
    assert np.array_equal(model.fit(DIGITS).energy(DIGITS), plain.energy(DIGITS))


@pytest.mark.parametrize("make", [Autoencoder, VAE])
@pytest.mark.parametrize("contamination", [0.01, 0.25, 0.5])
def test_the_asked_share_of_the_training_data_are_outliers(make, contamination):
    model = quick(make, contamination=contamination).fit(DIGITS)
    labels = model.predict(DIGITS)
    assert set(labels) == {-1, 1}
    assert abs((labels == -1).sum() - contamination * len(DIGITS)) <= 1
    assert np.array_equal(labels == -1, model.decision_function(DIGITS) < 0)
    assert np.array_equal(labels, quick(make, contamination=contamination).fit_predict(DIGITS))


def test_with_early_stopping_the_threshold_is_that_of_examples_the_model_has_not_seen():
    X = StandardScaler().fit_transform(load_breast_cancer().data)
    healthy = X[load_breast_cancer().target == 1]
    train, new = healthy[:250], healthy[250:]
    shares = {}
    for early_stopping in (False, True):
        model = quick(
            Autoencoder, n_components=10, max_iter=600, contamination=0.1,
            early_stopping=early_stopping, n_iter_no_change=600, validation_fraction=0.3,
        ).fit(train)  # fmt: skip
        shares[early_stopping] = float((model.predict(new) == -1).mean())
    assert shares[True] < 0.25 < shares[False]


def test_tumours_have_more_energy_than_what_was_learned():
    data = load_breast_cancer()
    healthy = data.data[data.target == 1]
    model = quick(Autoencoder, n_components=5, hidden_layer_sizes=(), max_iter=300)
    model.fit(healthy[:250])
    ill = data.data[data.target == 0]
    energy = np.concatenate([model.energy(healthy[250:]), model.energy(ill)])
    labels = np.repeat([0, 1], [len(healthy) - 250, len(ill)])
    assert roc_auc_score(labels, energy) > 0.9


@pytest.mark.parametrize("contamination", [0, 0.0, -0.1, 0.51, 1, "auto", float("nan"), True])
def test_a_share_outside_its_range_is_named(contamination):
    with pytest.raises(ValueError, match=r"contamination=.* must be a number in \(0, 0.5\]"):
        Autoencoder(contamination=contamination).fit(DIGITS)


def test_a_random_estimate_of_a_penalty_gives_the_same_energy_twice():
    model = quick(Autoencoder, penalty=lambda: Contractive(n_probes=2)).fit(DIGITS)
    assert np.array_equal(model.energy(DIGITS), model.energy(DIGITS))
