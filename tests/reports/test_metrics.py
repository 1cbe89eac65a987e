"""The numbers of a report are those of the library, and strict JSON."""

import json

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentia import VAE, Autoencoder, data, evaluation
from latentia.data import Dataset
from latentia.reports import headlines, metrics

SMALL = {"hidden_layer_sizes": (8,), "max_iter": 3, "random_state": 0, "verbose": False}
IRIS = data.load("iris")


@pytest.fixture(scope="module")
def vae():
    return VAE(early_stopping=True, **SMALL).fit(IRIS.X)


@pytest.fixture(scope="module")
def autoencoder():
    return Autoencoder(n_components=1, **SMALL).fit(IRIS.X)


def test_errors_are_in_the_units_of_the_data(vae):
    errors = metrics(vae, IRIS)["reconstruction"]
    squares = (IRIS.X - vae.reconstruct(IRIS.X)) ** 2
    assert errors["sse"] == pytest.approx(squares.sum(1).mean(), rel=1e-6)
    assert errors["mse"] == pytest.approx(squares.mean(), rel=1e-6)
    assert errors["mse_scaled"] == pytest.approx((squares / IRIS.X.var(0)).mean(), rel=1e-5)


def test_the_floor_is_pca_of_the_same_size(autoencoder):
    floor = metrics(autoencoder, IRIS)["pca"]
    pca = PCA(1).fit(IRIS.X)
    again = pca.inverse_transform(pca.transform(IRIS.X))
    assert floor["n_components"] == 1
    assert floor["mse"] == pytest.approx(((IRIS.X - again) ** 2).mean())


def test_the_floor_is_searched_for_once_where_features_have_one_unit(monkeypatch):
    digits = data.load("digits", n=100)
    model = Autoencoder(3, **SMALL).fit(digits.X)
    seen, floor_of = [], evaluation.pca_floor

    def counted(x_train, x_test, k):
        seen.append(x_train)
        return floor_of(x_train, x_test, k)

    monkeypatch.setattr(evaluation, "pca_floor", counted)
    floor = metrics(model, digits)["pca"]
    assert sum(len(x) == 100 and x.ndim == digits.X.ndim for x in seen) == 1
    pca = PCA(3).fit(digits.X.reshape(100, -1))
    again = pca.inverse_transform(pca.transform(digits.X.reshape(100, -1)))
    assert floor["sse"] == pytest.approx(
        ((digits.X.reshape(100, -1) - again) ** 2).sum(1).mean(), rel=1e-5
    )


def test_explained_variance_stands_beside_that_of_pca(autoencoder):
    numbers = metrics(autoencoder, IRIS)
    standard = (IRIS.X - IRIS.X.mean(0)) / IRIS.X.std(0)
    ratio = PCA(1).fit(standard).explained_variance_ratio_[0]
    assert numbers["pca"]["explained_variance"] == pytest.approx(ratio, rel=1e-4)
    # Features of variance one: what is not explained is the error.
    left_over = numbers["reconstruction"]["mse_scaled"]
    assert numbers["reconstruction"]["explained_variance"] == pytest.approx(1 - left_over, rel=1e-4)
    line = next(line for line in headlines(numbers) if line.name == "explained variance")
    assert f"{ratio:.1%}" in line.meaning


@pytest.mark.parametrize(
    ("k", "kind"), [(3, "under-complete"), (4, "complete"), (5, "over-complete")]
)
@pytest.mark.filterwarnings("ignore:A code of")
def test_the_size_of_the_code_has_a_name(k, kind):
    model = Autoencoder(k, **SMALL).fit(IRIS.X)
    numbers = metrics(model, IRIS)
    assert numbers["code"]["complete"] == {"n_components": k, "n_features": 4, "kind": kind}
    names = [line.name for line in headlines(numbers)]
    assert ("explained variance of shuffled data" in names) == (kind != "under-complete")


def test_only_a_deterministic_code_is_asked_whether_it_copies(vae, autoencoder):
    shuffled = metrics(autoencoder, IRIS)["reconstruction"]["shuffled"]
    assert shuffled == pytest.approx(
        evaluation.copying(autoencoder, IRIS.X, scale=IRIS.X.std(0)), rel=1e-4
    )
    assert metrics(vae, IRIS)["reconstruction"]["shuffled"] is None


@pytest.mark.filterwarnings("ignore:A code of")
def test_a_model_that_copies_is_told_so_and_no_other():
    numbers = metrics(Autoencoder(8, **SMALL).fit(IRIS.X), IRIS)
    for data_explained, noise_explained, copies in (
        (1.0, 1.0, True),
        (0.98, 0.92, True),
        (0.98, 0.5, False),
        (0.01, 0.01, False),
        (None, None, None),
    ):
        numbers["reconstruction"]["shuffled"].update(
            data_explained=data_explained, noise_explained=noise_explained
        )
        lines = [line for line in headlines(numbers) if "shuffled" in line.name]
        assert [": it copies" in line.meaning for line in lines] == [copies][: copies is not None]


@pytest.mark.filterwarnings("ignore:A code of")
def test_a_code_as_wide_as_the_data_is_not_compared_with_pca():
    lines = headlines(metrics(Autoencoder(8, **SMALL).fit(IRIS.X), IRIS))
    assert not any("PCA" in line.meaning for line in lines)


def test_data_that_do_not_vary_are_measured_all_the_same(autoencoder):
    numbers = metrics(autoencoder, Dataset.of(np.ones((20, 4))))
    assert numbers["reconstruction"]["explained_variance"] is None
    assert numbers["pca"]["explained_variance"] is None
    assert headlines(numbers)


def test_the_score_says_what_it_is(vae, autoencoder):
    bound, reconstruction = (metrics(model, IRIS)["score"] for model in (vae, autoencoder))
    assert bound["what"] == "log_likelihood_bound"
    assert bound["value"] == pytest.approx(vae.score(IRIS.X))
    assert reconstruction["what"] == "reconstruction_log_likelihood"
    assert reconstruction["value"] == pytest.approx(autoencoder.score(IRIS.X))


@pytest.mark.parametrize(
    ("parts", "usual"),
    [
        ({"norm": "l2"}, "minus the l2 of the scaled data"),
        ({"penalty": "l1"}, "log p(x | its code)"),
        ({"norm": "huber", "penalty": "l1"}, "minus the huber of the scaled data"),
    ],
)
def test_a_norm_or_a_penalty_makes_the_score_an_energy(parts, usual):
    model = Autoencoder(**SMALL, **parts).fit(IRIS.X)
    numbers = metrics(model, IRIS)
    assert numbers["score"]["what"] == "minus_energy"
    assert numbers["score"]["value"] == pytest.approx(-model.energy(IRIS.X).mean())
    assert numbers["model"]["norm"] == parts.get("norm")
    line = next(line for line in headlines(numbers) if line.name == "minus energy")
    assert line.meaning.startswith(usual)
    assert ("nats" in line.value) == ("norm" not in parts)


def test_codes_cost_something_only_where_they_have_a_density(vae, autoencoder):
    kl = metrics(vae, IRIS)["code"]["kl_per_dimension"]
    assert len(kl) == 2 and min(kl) >= 0
    assert metrics(autoencoder, IRIS)["code"]["kl_per_dimension"] is None


def test_training_names_the_pass_whose_weights_were_kept(vae, autoencoder):
    losses = vae.history_.curve("validation_loss")
    training = metrics(vae, IRIS)["training"]
    assert training["kept_epoch"] == 1 + int(np.argmin(losses))
    assert training["losses"]["validation_loss"] == min(losses)
    assert metrics(autoencoder, IRIS)["training"]["kept_epoch"] == 3
    assert not training["interrupted"]


def test_only_classes_are_probed(vae):
    assert set(metrics(vae, IRIS)["probe"]) == {"knn", "logistic", "knn_raw", "logistic_raw"}
    lengths = Dataset.of(IRIS.X, IRIS.X[:, 0])
    one_class = Dataset.of(IRIS.X, np.zeros(150, int))
    names = Dataset.of(IRIS.X, [f"flower {i}" for i in range(150)])
    for unfit in (lengths, one_class, names, Dataset.of(IRIS.X)):
        assert metrics(vae, unfit)["probe"] is None


@pytest.mark.filterwarnings("ignore:A code of")
def test_large_data_are_measured_in_part_and_always_the_same_part():
    ring = data.load("ring", n=6000)
    model = Autoencoder(**SMALL).fit(ring.X)
    numbers = metrics(model, ring)
    assert numbers["data"]["n_available"] == 6000
    assert numbers["data"]["n_examples"] == 5000
    assert numbers["score"]["n_examples"] == 2000
    assert metrics(model, ring) == numbers


def test_numbers_are_strict_json(vae):
    numbers = metrics(vae, IRIS)
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers


def test_what_is_not_finite_is_null(autoencoder):
    numbers = metrics(autoencoder, Dataset.of(np.ones((20, 4))))
    assert numbers["pca"]["explained_variance"] is None
    numbers["score"]["value"] = None
    lines = headlines(numbers)
    assert next(line.value for line in lines if "likelihood" in line.name) == "not finite"


def test_headlines_put_the_floor_beside_the_error(vae):
    numbers = metrics(vae, IRIS)
    first = headlines(numbers)[0]
    assert first.value == f"{numbers['reconstruction']['mse_scaled']:.4g}"
    assert f"{numbers['pca']['mse_scaled']:.4g}" in first.meaning


def test_the_doctor_is_asked(vae):
    told = metrics(vae, IRIS)["doctor"]
    assert [finding["name"] for finding in told["findings"]] == ["underfitting"]
    assert all(len(row) == 3 for row in told["vitals"])
    assert metrics(vae, Dataset.of(IRIS.X[:3]))["doctor"] is None
