"""What a long life does to an estimator: chunks, refusals, interruptions, other precisions."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from sklearn.mixture import GaussianMixture
from torch import nn

import latentia
from latentia import VAE, Autoencoder, StackedAutoencoder, heads, networks, objectives
from latentia.errors import IncompatiblePartsError, TrainingDivergedError

X, Y = load_iris(return_X_y=True)
FRAME = load_iris(as_frame=True).data
QUIET = {"max_iter": 3, "random_state": 0, "verbose": False}


class Normalised(nn.Module):
    """A network with batch normalisation, of which the library has none."""

    def __init__(self, in_shape, out_shape, sizes, **layers):
        super().__init__()
        n_in, n_out = (s if isinstance(s, int) else int(np.prod(s)) for s in (in_shape, out_shape))
        self.layers = nn.Sequential(
            nn.Linear(n_in, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, n_out)
        )

    def forward(self, x):
        return self.layers(x.flatten(0, -2)).reshape(*x.shape[:-1], -1)


BATCH_NORM = networks.Architecture(Normalised, Normalised, lambda shape: (8,))


@pytest.mark.parametrize("make", [Autoencoder, VAE, StackedAutoencoder])
def test_set_output_names_the_codes_of_every_call(make):
    model = make(**QUIET).set_output(transform="pandas").fit(FRAME)
    assert list(model.transform(FRAME).columns) == list(model.get_feature_names_out())


def test_penalties_of_derivatives_work_through_normalised_images():
    images = load_digits().images[:60]
    for penalty in ("contractive", partial(objectives.DecoderGradient, n_probes=2)):
        model = Autoencoder(network="convolutional", layer_norm=True, penalty=penalty, **QUIET)
        assert np.isfinite(model.fit(images).score(images))


def test_the_norm_of_images_is_the_group_norm_of_one_group():
    ours = networks._convolutional.ImageNorm(3)
    theirs = nn.GroupNorm(1, 3)
    scale, shift = torch.rand(3), torch.rand(3)
    for norm in (ours, theirs):
        norm.weight.data = scale.view(norm.weight.shape)
        norm.bias.data = shift.view(norm.bias.shape)
    x = torch.randn(4, 3, 5, 6)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)


@pytest.mark.parametrize(("below", "above"), [("float32", "float64"), ("float64", "float32")])
@pytest.mark.parametrize("freeze", [True, False])
def test_a_task_of_another_precision_comes_back_bit_for_bit(below, above, freeze, tmp_path):
    encoder = Autoencoder(precision=below, **QUIET).fit(X)
    task = encoder.transfer(freeze=freeze, precision=above, **QUIET).fit(X, Y.astype(np.int8))
    again = latentia.load(latentia.save(task, tmp_path / "m"))
    assert np.array_equal(again.predict_proba(X), task.predict_proba(X))
    assert again.classes_.dtype == task.classes_.dtype


def test_frozen_layers_keep_their_running_statistics():
    model = Autoencoder(network=BATCH_NORM, **QUIET).fit(X)
    before = {k: v.clone() for k, v in model.encoder_.state_dict().items()}
    after = model.transfer(freeze=1, **QUIET).fit(X, Y).encoder_.state_dict()
    moved = {k for k in before if not torch.equal(before[k], after[k])}
    assert moved == {"net.layers.3.weight", "net.layers.3.bias"}


def test_pieces_of_a_batch_are_refused_where_the_batch_counts():
    for parameters in ({"network": BATCH_NORM}, {"penalty": "decorrelation"}):
        model = Autoencoder(micro_batch_size=10, **parameters, **QUIET)
        with pytest.raises(IncompatiblePartsError, match="micro_batch_size=10"):
            model.fit(X)


def test_chunks_go_on_after_one_that_diverged():
    model = Autoencoder(
        batch_size=150, learning_rate=lambda step: 1e38 if step == 2 else 1e-3, random_state=0,
        verbose=False,
    )  # fmt: skip
    outcomes = []
    for _ in range(5):
        try:
            model.partial_fit(X)
            outcomes.append("learned")
        except TrainingDivergedError:
            outcomes.append("diverged")
    assert outcomes.count("diverged") == 1 and outcomes[-1] == "learned"
    assert np.isfinite(model.history_.kept_record["loss"])
    assert np.isfinite(model.transform(X)).all()


def test_chunks_of_one_example_and_after_a_schedule_still_teach():
    model = Autoencoder(learning_rate_schedule="cosine", **QUIET).fit(X)
    sampler = model.sampler_
    before = model.transform(X)
    assert model.partial_fit(X[:1]).sampler_ is sampler
    assert not np.array_equal(model.transform(X), before)


def test_a_stack_in_chunks_trains_its_layers_first():
    stack = StackedAutoencoder([3, 2], of=Autoencoder(code="sigmoid", max_iter=1), **QUIET)
    assert len(stack.partial_fit(X).layers_) == 2
    assert stack.set_params(fine_tune=False).fit(X).n_iter_ == 0


def test_a_refused_refit_leaves_the_old_model_in_use():
    model = Autoencoder(**QUIET).fit(X)
    codes = model.transform(X)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((5, 3), np.nan))
    assert np.array_equal(model.transform(X), codes)
    task = model.transfer(**QUIET).fit(X, Y)
    p = task.predict_proba(X)
    with pytest.raises(ValueError, match="one class"):
        task.fit(X, np.full(len(X), 7))
    assert np.array_equal(task.predict_proba(X), p)


def test_an_interrupted_layer_ends_the_stack(monkeypatch):
    calls = []

    def corrupt(x):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return x

    stack = StackedAutoencoder([3, 2], of=Autoencoder(corruption=corrupt, max_iter=3), **QUIET)
    with pytest.raises(KeyboardInterrupt):
        stack.fit(X)
    assert stack.layers_[0].n_iter_ == 1


def test_a_sparse_stack_knows_that_its_codes_are_rates():
    of = Autoencoder(code="sigmoid", max_iter=1)
    stack = StackedAutoencoder([3, 2], of=of, penalty="kl-sparsity", **QUIET).fit(X)
    assert "kl_sparsity" in stack.loss_curve_


def test_frames_keep_their_names_without_a_warning(recwarn):
    task = Autoencoder(**QUIET).fit(FRAME).transfer(**QUIET).fit(FRAME, Y)
    task.predict(FRAME)
    assert list(task.feature_names_in_) == list(FRAME.columns)
    assert not [w for w in recwarn if "feature names" in str(w.message)]
    assert isinstance(FRAME, pd.DataFrame)


@pytest.mark.parametrize("dtype", [">f8", ">i4", np.longdouble, np.float16])
def test_numbers_of_any_kind_are_read(dtype):
    model = Autoencoder(**QUIET).fit(X.astype(dtype))
    assert np.isfinite(model.transform(X.astype(dtype))).all()


def test_a_norm_leaves_a_scale_that_fits_the_residuals():
    model = Autoencoder(norm="squared_error", **{**QUIET, "max_iter": 100}).fit(X)
    noise = model.sample(4000, random_state=0, mean=False) - model.sample(4000, random_state=0)
    residual = (X - model.reconstruct(X)) / model.scaling_.scale.numpy()
    assert (noise / model.scaling_.scale.numpy()).std() == pytest.approx(residual.std(), rel=0.1)


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (lambda: Autoencoder(penalty=["l1"]), r"penalty=\['l1'\] must be a name"),
        (lambda: Autoencoder(penalty=objectives.L1Activity()), r"penalty=L1Activity\(\) must be"),
        (lambda: Autoencoder(penalty={"l1": "a"}), r"penalty=.* must be a name"),
        (lambda: Autoencoder(code=lambda shape: 3), r"code=.* must return a Head"),
        (lambda: VAE(posterior=lambda shape: 3), r"posterior=.* must return a Head"),
        (lambda: VAE(likelihood=lambda shape: 3), r"likelihood=.* must return a Head"),
        (
            lambda: Autoencoder(likelihood=partial(heads.Categorical, n_categories=3)),
            r"use likelihood='multinomial'",
        ),
    ],
)
def test_odd_parts_are_one_sentence(act, match):
    with pytest.raises(ValueError, match=match):
        act().set_params(**QUIET).fit(X)


@pytest.mark.parametrize("sampler", [3, GaussianMixture(2), lambda codes: 3])
def test_odd_samplers_are_one_sentence(sampler):
    with pytest.raises(ValueError, match="returns a fitted ConditionalDistribution"):
        Autoencoder(**QUIET).fit(X).fit_sampler(sampler)


def test_images_without_pixels_are_one_sentence():
    with pytest.raises(ValueError, match="at least one of each"):
        Autoencoder(**QUIET).fit(np.zeros((5, 0, 2)))


def test_a_stack_does_not_see_what_it_is_judged_by():
    digits = load_digits().data / 16
    order = np.random.default_rng(0).permutation(len(digits))
    known, new = digits[order[:400]], digits[order[400:]]
    stack = StackedAutoencoder(
        (256, 128), of=Autoencoder(max_iter=40, corruption="masking"), fine_tune=False,
        early_stopping=True, validation_fraction=0.3, random_state=0, verbose=False,
    ).fit(known)  # fmt: skip
    assert (stack.predict(new) == -1).mean() < 0.2


def test_a_chunk_of_one_example_leaves_the_scale_of_a_norm():
    model = Autoencoder(norm="squared_error", **QUIET).fit(X)
    scale = model.decoder_.head.log_scale.item()
    model.partial_fit(X[:1])
    assert model.decoder_.head.log_scale.item() == scale


def test_layers_in_double_precision_are_the_deep_model():
    stack = StackedAutoencoder([3, 2], fine_tune=False, precision="float64", **QUIET).fit(X)
    codes = stack._map_array(X, lambda x: x)
    for layer in stack.layers_:
        codes = layer.transform(codes)
    assert np.array_equal(stack.transform(X), codes)


def test_no_labels_are_one_sentence():
    with pytest.raises(ValueError, match="y=None"):
        Autoencoder(**QUIET).fit(X).transfer().fit(X, None)
