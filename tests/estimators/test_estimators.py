"""What users rely on: repeatable, in their own units, whatever shape their data has."""

from __future__ import annotations

import math
import pickle
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

import latentia
from latentia import VAE, Autoencoder, heads, networks, objectives
from latentia.errors import TrainingDivergedError
from latentia.training import Linear, Trainer

DIGITS = load_digits().images
IRIS = load_iris().data
COMMON = {"epoch", "step", "learning_rate", "loss", "reconstruction"}
BOTH = pytest.mark.parametrize("make", [Autoencoder, VAE])


def quick(make, **parameters):
    return make(**{"max_iter": 3, "random_state": 0, "verbose": False, **parameters})


@BOTH
def test_same_seed_same_model_and_global_states_untouched(make):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    a, b = quick(make).fit(IRIS), quick(make).fit(IRIS)
    assert np.array_equal(a.transform(IRIS), b.transform(IRIS))
    assert np.array_equal(a.sample(5, random_state=1), b.sample(5, random_state=1))
    quick(make, random_state=None).fit(IRIS).sample(3)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])


@BOTH
def test_a_second_call_equals_the_first(make):
    model = quick(make).fit(DIGITS)
    for method in ("transform", "reconstruct", "score_samples"):
        first = getattr(model, method)(DIGITS[:50])
        assert np.array_equal(first, getattr(model, method)(DIGITS[:50]))


def test_a_score_depends_on_nothing_but_its_example():
    model = quick(VAE).fit(DIGITS)
    together = model.score_samples(DIGITS[:30])
    backwards = model.score_samples(DIGITS[:30][::-1])
    assert np.allclose(together, backwards[::-1], atol=1e-4)
    assert model.score_samples(DIGITS[7:8])[0] == pytest.approx(together[7], abs=1e-4)


@BOTH
def test_reconstruct_is_inverse_transform_of_transform(make):
    model = quick(make).fit(DIGITS)
    codes = model.transform(DIGITS[:20])
    assert np.array_equal(model.reconstruct(DIGITS[:20]), model.inverse_transform(codes))


@BOTH
@pytest.mark.parametrize(
    "shape", [(40, 5), (40, 1), (40, 9, 7), (40, 3, 12, 10), (40, 2, 8, 8)], ids=str
)
def test_any_shape_of_example(make, shape):
    X = np.random.default_rng(0).normal(3, 10, shape)
    network = "mlp" if len(shape) == 2 else "convolutional"
    model = quick(make, network=network).fit(X)
    assert model.transform(X).shape == (40, 2)
    assert model.reconstruct(X).shape == shape
    assert model.sample(7).shape == (7, *shape[1:])
    assert model.score_samples(X).shape == (40,)


@BOTH
def test_tensors_in_tensors_out(make):
    X = torch.from_numpy(DIGITS)
    model = quick(make).fit(X)
    for method in ("transform", "reconstruct", "score_samples"):
        result = getattr(model, method)(X)
        assert isinstance(result, torch.Tensor)
        assert np.array_equal(result.numpy(), getattr(model, method)(DIGITS))
    assert isinstance(model.inverse_transform(model.transform(X)), torch.Tensor)


@pytest.mark.parametrize("scaling", ["none", "standard", "minmax", "auto"])
def test_a_score_is_a_density_in_the_users_units(scaling):
    # Measuring in millimetres takes log(1000) nats off for each of four features.
    metres = quick(VAE, scaling="standard", precision="float64").fit(IRIS)
    millimetres = quick(VAE, scaling="standard", precision="float64").fit(1000 * IRIS)
    difference = metres.score(IRIS) - millimetres.score(1000 * IRIS)
    assert difference == pytest.approx(4 * math.log(1000), abs=1e-3)
    model = quick(VAE, scaling=scaling, max_iter=400).fit(IRIS)
    assert np.abs(model.reconstruct(IRIS).mean(0) - IRIS.mean(0)).max() < 0.5


def test_reported_loss_is_minus_the_mean_elbo_of_the_data():
    model = quick(VAE, max_iter=200, scaling="none", learning_rate_schedule="cosine").fit(IRIS)
    curve = model.loss_curve_
    assert {"loss", "reconstruction", "kl", "elbo"} <= set(curve)
    assert curve["loss"][-1] == pytest.approx(-curve["elbo"][-1])
    assert len(curve["loss"]) == model.n_iter_ == 200
    # The importance-weighted score lies above the bound it was trained with.
    assert model.score(IRIS) > curve["elbo"][-1] - 0.05


def test_all_codes_stay_active_with_the_default_and_none_with_unit_variance():
    X = load_digits().data / 16
    active = {}
    for likelihood in ("auto", "normal-unit"):
        model = VAE(8, likelihood=likelihood, max_iter=100, random_state=0, verbose=False).fit(X)
        active[likelihood] = int((model.transform(X).var(0) > 0.01).sum())
    assert active == {"auto": 8, "normal-unit": 0}


def test_linear_autoencoder_reaches_the_floor_of_pca():
    # Ten codes, where the spectrum of the digits has a gap; descent dawdles where it has none.
    X = load_digits().data / 16
    model = Autoencoder(
        10, hidden_layer_sizes=(), likelihood="normal-unit", scaling="none", max_iter=500,
        learning_rate=3e-3, learning_rate_schedule="cosine", random_state=0, verbose=False,
    ).fit(X)  # fmt: skip
    pca = PCA(10).fit(X)
    floor = np.square(pca.inverse_transform(pca.transform(X)) - X).sum(1).mean()
    error = np.square(model.reconstruct(X) - X).sum(1).mean()
    assert floor <= error <= 1.005 * floor


def test_samples_of_an_autoencoder_have_the_codes_moments():
    model = quick(Autoencoder, max_iter=50).fit(IRIS)
    codes = model.transform(IRIS)
    prior = model.sampler_()
    assert np.allclose(prior.mean.numpy(), codes.mean(0), atol=1e-4)
    assert np.allclose(prior.covariance_matrix.numpy(), np.cov(codes.T, bias=True), rtol=1e-3)


def test_sample_without_mean_adds_the_noise_of_the_likelihood():
    model = quick(VAE, likelihood=partial(heads.DiagonalNormal, scale=0.5), scaling="none").fit(
        IRIS
    )
    noise = model.sample(4000, random_state=0, mean=False) - model.sample(4000, random_state=0)
    assert noise.std() == pytest.approx(0.5, rel=0.03)


def test_likelihood_is_chosen_from_the_data_and_said(capsys):
    binary = (DIGITS > 8).astype(float)
    assert quick(VAE, verbose=True).fit(binary).likelihood_ == "bernoulli"
    assert "likelihood='bernoulli'" in capsys.readouterr().err
    assert quick(VAE).fit((binary * 255).astype(np.uint8)).likelihood_ == "bernoulli"
    assert quick(VAE, verbose=True).fit(DIGITS).likelihood_ == "normal"
    assert "likelihood='normal'" in capsys.readouterr().err
    quick(VAE).fit(DIGITS)
    assert capsys.readouterr().err == ""


def test_constant_columns_work_with_a_note(capsys):
    X = np.c_[IRIS, np.full(150, 7.0)]
    model = quick(VAE, verbose=True, max_iter=20).fit(X)
    assert "1 feature(s) are constant" in capsys.readouterr().err
    assert np.isfinite(model.score_samples(X)).all()


def test_eight_bit_images_are_divided_and_given_back_in_their_units():
    X = np.random.default_rng(0).integers(0, 256, (50, 8, 8)).astype(np.uint8)
    model = quick(Autoencoder, max_iter=100).fit(X)
    assert model.scaling_.rule == "unit"
    assert 100 < model.reconstruct(X).mean() < 155


def test_partial_fit_goes_on_and_the_first_call_builds():
    model = quick(VAE)
    for _ in range(3):
        model.partial_fit(IRIS)
    assert model.n_iter_ == 3
    assert np.array_equal(model.transform(IRIS), quick(VAE).fit(IRIS).transform(IRIS))


def test_partial_fit_after_fit_keeps_the_history():
    model = quick(VAE, max_iter=5).fit(IRIS)
    curve = model.loss_curve_["loss"]
    model.partial_fit(IRIS)
    assert model.n_iter_ == 6
    assert model.loss_curve_["loss"][:5] == curve
    assert model.loss_curve_["epoch"] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("n", "fraction", "held_out"), [(150, 0.2, 30), (3, 0.9, 2), (2, 0.1, 1)])
def test_a_share_is_held_out_and_the_rest_is_learned_from(monkeypatch, n, fraction, held_out):
    seen = []
    original = Trainer.fit

    def spy(self, data, validation=None, **options):
        seen.append((len(data), len(validation)))
        return original(self, data, validation, **options)

    monkeypatch.setattr(Trainer, "fit", spy)
    quick(VAE, early_stopping=True, validation_fraction=fraction).fit(IRIS[:n])
    assert seen == [(n - held_out, held_out)]


def test_a_learned_scale_starts_at_the_spread_of_the_data():
    X = np.random.default_rng(0).normal(size=(5000, 2)) * [0.3, 0.3]
    model = quick(VAE, scaling="none", optimizer="sgd", learning_rate=1e-12, max_iter=1).fit(X)
    scale = model.decoder_(torch.zeros(1, 2)).base_dist.scale
    assert scale.detach().numpy() == pytest.approx(0.3, rel=0.03)


def test_other_values_than_zero_and_one_are_refused_wherever_a_bernoulli_scores_them():
    binary = (DIGITS > 8).astype(float)
    model = quick(VAE).fit(binary)
    for method in (model.score_samples, model.partial_fit):
        with pytest.raises(ValueError, match=r"needs values in \[0, 1\]"):
            method(binary - 0.5)


@pytest.mark.parametrize("value", [5.0, 0.0, 1.0])
def test_constant_data_are_not_called_binary(value):
    assert quick(VAE).fit(np.full((10, 3), value)).likelihood_ == "normal"


def test_data_that_a_bounded_likelihood_can_explain_are_left_alone():
    X = np.random.default_rng(0).uniform(0.1, 0.9, (50, 4))
    for likelihood in ("continuous-bernoulli", heads.Bernoulli):
        assert quick(VAE, likelihood=likelihood).fit(X).scaling_.rule == "none"
    assert quick(VAE).fit(X).scaling_.rule == "standard"


def test_timestamps_keep_their_digits():
    seconds = 1.7e9 + np.sort(np.random.default_rng(0).uniform(0, 600, 300))
    X = np.c_[seconds, np.random.default_rng(1).normal(size=300)]
    codes = quick(Autoencoder, max_iter=30).fit(X).transform(X)
    assert len(np.unique(codes[:, 0])) > 290


def test_minmax_makes_any_table_fit_for_a_bernoulli():
    model = quick(VAE, likelihood="bernoulli", scaling="minmax").fit(IRIS)
    assert np.isfinite(model.score_samples(IRIS)).all()


@pytest.mark.parametrize("kind", [int, bool, "float32", list])
def test_codes_of_any_number_type_are_decoded(kind):
    model = quick(VAE).fit(IRIS)
    codes = np.ones((3, 2)).tolist() if kind is list else np.ones((3, 2), kind)
    assert np.array_equal(model.inverse_transform(codes), model.inverse_transform(np.ones((3, 2))))


@pytest.mark.parametrize(
    "codes", [np.full((2, 2), np.nan), np.zeros((0, 2)), [["a", "b"]]], ids=str
)
def test_codes_that_are_no_numbers_are_refused(codes):
    with pytest.raises(ValueError, match=r"NaN|minimum of 1|convert|numeric"):
        quick(VAE).fit(IRIS).inverse_transform(codes)


def test_half_precision_tensors_are_read():
    X = torch.from_numpy(IRIS).bfloat16()
    assert quick(VAE).fit(X).transform(X).shape == (150, 2)


def test_early_stopping_measures_held_out_examples():
    model = quick(VAE, early_stopping=True, max_iter=200, learning_rate=0.01).fit(IRIS)
    assert "validation_loss" in model.loss_curve_
    assert model.n_iter_ <= 200


@BOTH
def test_pickle_gives_the_same_model(make):
    model = quick(make).fit(IRIS)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.transform(IRIS), model.transform(IRIS))
    again.partial_fit(IRIS)


def test_parts_of_ones_own_are_used():
    wide = networks.Architecture(
        partial(networks.ConvolutionalEncoder, kernel_size=5),
        partial(networks.ConvolutionalDecoder, kernel_size=5),
        lambda shape: (4,),
    )
    model = quick(VAE, network=wide, likelihood=partial(heads.Laplace, scale="feature")).fit(DIGITS)
    assert model.encoder_.net.stages[0].kernel_size == (5, 5)
    assert isinstance(model.decoder_.head, heads.Laplace)
    assert quick(VAE, beta=Linear(0.0, 1.0, 10)).fit(IRIS).beta(5) == 0.5


#: Penalties that need a prior, a distribution or a codebook.
PENALISED = {
    "dip": VAE,
    "mmd": partial(VAE, posterior="delta", objective="reconstruction"),
    "total-correlation": VAE,
}


@pytest.mark.parametrize("name", sorted(objectives.penalties.keys() - {"quantization"}))
def test_a_penalty_acts_is_reported_and_survives_on_disk(name, tmp_path):
    kind = PENALISED.get(name, partial(Autoencoder, code="sigmoid"))
    make = partial(kind, learning_rate=0.01, penalty=name)
    term = name.replace("-", "_") if name in PENALISED else ""
    term = term or next(iter(set(quick(make).fit(IRIS).loss_curve_) - COMMON))
    free, held = (
        quick(make, max_iter=100, penalty_weight=weight).fit(IRIS) for weight in (0.0, 30.0)
    )
    assert held.loss_curve_[term][-1] < 0.6 * free.loss_curve_[term][-1]
    again = latentia.load(latentia.save(held, tmp_path / "m"))
    assert again.penalty == name


def test_a_codebook_learns_by_itself_and_by_the_penalty_that_is_named():
    code = partial(heads.VectorQuantized, n_codes=16)
    make = partial(Autoencoder, code=code, max_iter=60)
    by_itself, named, idle = (
        quick(make, **parameters).fit(IRIS)
        for parameters in (
            {},
            {"penalty": "quantization", "penalty_weight": 1.0},
            {"penalty": "quantization", "penalty_weight": 0.0},
        )
    )
    assert by_itself.loss_curve_ == named.loss_curve_
    assert by_itself.loss_curve_["perplexity"][-1] > 4
    assert by_itself.loss_curve_["commitment"][-1] < idle.loss_curve_["commitment"][-1]
    with pytest.raises(ValueError, match=r"n_codes=1000 is more than the 150 vectors"):
        quick(Autoencoder, code=partial(heads.VectorQuantized, n_codes=1000)).fit(IRIS)


def test_a_penalty_adds_to_the_bound_of_a_variational_model():
    curve = quick(VAE, penalty="code-norm", penalty_weight=0.5).fit(IRIS).loss_curve_
    assert curve["loss"][-1] == pytest.approx(-curve["elbo"][-1] + 0.5 * curve["code_norm"][-1])


def test_a_fit_that_was_refused_midway_leaves_no_fitted_model():
    model = quick(Autoencoder).fit(IRIS)
    model.set_params(penalty=objectives.ELBO)
    with pytest.raises(ValueError, match=r"do not fit|deterministic"):
        model.fit(IRIS)
    with pytest.raises(NotFittedError):
        model.transform(IRIS)


def test_divergence_keeps_the_last_good_epoch():
    model = quick(VAE, learning_rate=1e38, optimizer="sgd", scaling="none")
    with pytest.raises(TrainingDivergedError, match="Lower learning_rate"):
        model.fit(IRIS)
    assert np.isfinite(model.transform(IRIS)).all()


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"n_components": 0}, "n_components=0"),
        ({"n_components": -1}, "n_components=-1"),
        ({"n_components": 2.0}, "n_components=2.0"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"learning_rate": 0.0}, "learning_rate=0.0"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes"),
        ({"validation_fraction": 1.0}, "validation_fraction=1.0"),
        ({"likelihood": "bernouli"}, "did you mean 'bernoulli'"),
        ({"likelihood": "bernoulli"}, r"needs values in \[0, 1\]"),
        ({"likelihood": "continuous-bernoulli"}, "scaling='minmax'"),
        ({"network": "mpl"}, "did you mean 'mlp'"),
        ({"network": "convolutional"}, "use network='mlp'"),
        ({"scaling": "standart"}, "did you mean 'standard'"),
        ({"activation": "relo"}, "did you mean 'relu'"),
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"learning_rate_schedule": "cos"}, "learning_rate_schedule='cos'"),
        ({"posterior": "diagonl"}, "did you mean 'diagonal'"),
        ({"prior": "standart"}, "did you mean 'standard'"),
        ({"posterior": "delta"}, "Use objectives.Reconstruction"),
        ({"beta": -1.0}, "beta=-1.0 must be"),
    ],
    ids=str,
)
def test_wrong_parameters_are_named(parameters, match):
    with pytest.raises(ValueError, match=match):
        quick(VAE, **parameters).fit(IRIS)


@pytest.mark.parametrize(
    ("X", "match"),
    [
        (np.full((5, 3), np.nan), r"NaN or infinity.*\[0, 0\]"),
        (np.where(np.eye(5) > 0, np.inf, 0.0), "infinity"),
        (np.zeros((1, 3)), "minimum of 2"),
        (np.zeros((0, 3)), "0 sample"),
        (np.zeros((5, 0)), "0 feature"),
        (np.zeros((5, 2, 2, 2, 2)), "images are"),
        (np.array([["a", "b"], ["c", "d"]]), "could not convert|numeric"),
    ],
    ids=["nan", "inf", "one row", "no rows", "no features", "five dimensions", "text"],
)
@BOTH
def test_data_that_cannot_be_learned_from_is_named(make, X, match):
    with pytest.raises(ValueError, match=match):
        quick(make).fit(X)


def test_other_features_than_in_fit_are_named():
    table, images = quick(VAE).fit(IRIS), quick(VAE).fit(DIGITS)
    with pytest.raises(ValueError, match="3 features"):
        table.transform(IRIS[:, :3])
    with pytest.raises(ValueError, match=r"\(8, 7\).*\(8, 8\)"):
        images.transform(DIGITS[:, :, :7])
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        table.inverse_transform(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"shape \(8, 8\).*fitted on examples of shape \(4,\)"):
        table.transform(DIGITS)
    with pytest.raises(ValueError, match=r"shape \(64,\).*fitted on examples of shape \(8, 8\)"):
        images.transform(DIGITS.reshape(-1, 64))
    with pytest.raises(ValueError, match="n=0"):
        table.sample(0)
