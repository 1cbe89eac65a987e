"""The variational estimators: what names choose, what is refused, and what stays as it was."""

from __future__ import annotations

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from torch.nn.utils import parameters_to_vector

import latentia
from latentia import (
    VAE,
    Autoencoder,
    HierarchicalVAE,
    conditional,
    evaluation,
    heads,
    objectives,
    priors,
    training,
)
from latentia.errors import IncompatiblePartsError
from latentia.training import precisions

IRIS, SPECIES = load_iris(return_X_y=True)
DIGITS = load_digits().data
QUICK = {"max_iter": 2, "random_state": 0, "verbose": False}


def test_ablations_leave_one_term_only():
    both = VAE(2, beta=0.0, **QUICK).fit(IRIS)
    one = VAE(2, objective="reconstruction", **QUICK).fit(IRIS)
    assert both.loss_curve_["loss"] == pytest.approx(one.loss_curve_["loss"], rel=1e-6)
    alone = VAE(2, objective="divergence", max_iter=200, random_state=0, verbose=False).fit(IRIS)
    assert alone.loss_curve_["kl"][-1] < 1e-3
    report = evaluation.code(alone.model_, alone.scaling_(torch.from_numpy(IRIS)))
    assert report.n_active == 0


def test_a_rate_limit_is_kept_and_judged_on_held_out_data():
    limited = partial(objectives.Constrained, tolerance=1.0, speed=0.05)
    model = VAE(
        2, objective=limited, early_stopping=True, n_iter_no_change=100, max_iter=300,
        learning_rate=1e-2, random_state=0, verbose=False,
    ).fit(IRIS)  # fmt: skip
    kept = model.history_.kept_record
    assert kept["validation_kl"] < 1.2
    assert (
        kept["validation_reconstruction"] < model.history_.records[0]["validation_reconstruction"]
    )


@pytest.mark.parametrize("ladder", [False, True])
def test_hierarchies_see_counts_as_others_do(ladder):
    counts = np.random.default_rng(0).poisson(5000, (100, 5)).astype(float)
    model = HierarchicalVAE((2,), ladder=ladder, likelihood="poisson", **QUICK).fit(counts)
    assert model.loss_curve_["loss"][-1] < 1e4


def test_columns_of_conditions_go_by_name():
    frame = pd.DataFrame({"a": IRIS[:, 0], "b": 10 * IRIS[:, 3]})
    model = VAE(2, condition="y", **QUICK).fit(IRIS, frame)
    turned = model.score_samples(IRIS[:3], frame[:3][["b", "a"]])
    assert np.array_equal(turned, model.score_samples(IRIS[:3], frame[:3]))


@pytest.mark.parametrize("y", [["a"], 3])
def test_one_label_is_not_that_of_every_example_in_fit(y):
    with pytest.raises(ValueError, match="y has 1 row for 150 examples"):
        VAE(2, condition="y", **QUICK).fit(IRIS, y)


def test_dates_are_no_labels():
    with pytest.raises(ValueError, match="neither a label nor a number"):
        VAE(2, condition="y", **QUICK).fit(IRIS, pd.date_range("2020-01-01", periods=150))


def test_a_prior_of_posteriors_asks_for_what_the_encoder_sees():
    model = VAE(2, condition="y", conditioned=("encoder",), prior="vamp", **QUICK)
    model.fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="needs y here"):
        model.sample(3)
    assert model.sample(3, y=1).shape == (3, 4)


@pytest.mark.skipif(
    not precisions["bfloat16"].is_of(torch.device("cpu")), reason="no bfloat16 in this processor"
)
@pytest.mark.parametrize("posterior", ["von-mises-fisher", "power-spherical", "student-t"])
def test_draws_are_of_full_precision_beside_bfloat16(posterior):
    model = VAE(3, posterior=posterior, precision="bfloat16", **QUICK).fit(IRIS)
    assert np.isfinite(model.score_samples(IRIS[:5])).all()


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"prior": priors.StandardNormal(2)}, "an object is none of these"),
        ({"posterior": heads.DiagonalNormal(2)}, "an object is none of these"),
        ({"likelihood": heads.Poisson(4)}, "an object is none of these"),
        ({"objective": objectives.IWAE(5)}, "an object is none of these"),
        ({"objective": "elbow"}, "did you mean 'elbo'"),
        ({"n_samples": 1.5}, r"n_samples=1\.5 must be"),
        ({"n_samples": 0}, "n_samples=0 must be"),
        ({"beta": "much"}, "beta='much' must be"),
        ({"beta": lambda step: -1.0}, r"beta is -1\.0 at step 0"),
        ({"beta": lambda step: None}, "beta is None at step 0"),
        ({"free_bits": float("inf")}, "free_bits=inf must be"),
        (
            {"objective": "iwae", "beta": 2.0},
            r"^beta=2\.0 cannot be given to objective='iwae', which has no such number; leave",
        ),
        (
            {"objective": "wake-sleep", "beta": 2.0, "free_bits": 0.1},
            r"^beta=2\.0 and free_bits=0\.1 cannot be given to objective='wake-sleep'",
        ),
        ({"objective": lambda n: 3}, "cannot be made with no more than its defaults"),
        ({"prior": priors.Mixture}, "prior=Mixture cannot be made from .* encoder .*fit_sampler"),
        ({"prior": priors.Normal}, "prior=Normal cannot be made from the Amortized encoder"),
        ({"prior": priors.Coded}, "prior=Coded cannot be made from the Amortized encoder"),
        ({"prior": priors.Autoregressive}, "prior=Autoregressive cannot be made from"),
        ({"posterior": "flow", "penalty": "total-correlation"}, "the posterior Flow do not fit"),
        ({"posterior": "flow", "penalty": "dip"}, "the posterior Flow do not fit"),
        (
            {"prior": "mixture", "free_bits": 0.1},
            "posterior DiagonalNormal with the prior LearnedMixture do not fit",
        ),
        ({"posterior": "power-spherical", "prior": "standard"}, r"PowerSpherical.*StandardNormal"),
        ({"posterior": "categorical", "objective": "factor"}, "Factor and codes that live in"),
        ({"posterior": "delta"}, "deterministic encoder"),
        ({"prior": lambda encoder: 3}, "must return a ConditionalDistribution"),
        ({"objective": lambda: 3}, "must return an Objective"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(parameters, match):
    with pytest.raises(ValueError, match=match):
        VAE(**{"n_components": 3, **QUICK, **parameters}).fit(IRIS)


@pytest.mark.parametrize(
    "model",
    [
        Autoencoder(4, code=partial(heads.VectorQuantized, n_codes=8), **QUICK),
        VAE(3, posterior="von-mises-fisher", **QUICK),
        VAE(3, prior="vamp", objective="factor", **QUICK),
    ],
    ids=["quantised", "sphere", "vamp"],
)
def test_the_random_state_of_others_is_left_alone(model, tmp_path):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model.fit(IRIS).partial_fit(IRIS)
    if isinstance(model, Autoencoder):
        model.fit_sampler("independent")
    model.citation()
    latentia.load(latentia.save(model, tmp_path / "m")).sample(2, random_state=0)
    assert torch.equal(before, torch.get_rng_state())


def test_spheres_and_categories_are_sampled_from_their_prior_only():
    model = VAE(3, posterior="von-mises-fisher", **QUICK).fit(IRIS)
    with pytest.raises(IncompatiblePartsError, match="live in 'sphere'"):
        model.fit_sampler("gmm")


def test_pseudo_inputs_start_at_examples():
    model = VAE(2, prior=partial(priors.Vamp, n_components=7), **{**QUICK, "max_iter": 1})
    model.set_params(learning_rate=1e-12).fit(DIGITS)
    inputs = model.model_.prior.pseudo_inputs.detach()
    scaled = model.scaling_(torch.from_numpy(DIGITS))
    assert torch.cdist(inputs, scaled.to(inputs)).min(1).values.max() < 0.01


def test_what_a_score_is():
    assert VAE(2, **QUICK).fit(IRIS).score_kind_ == "log_likelihood_bound"
    assert HierarchicalVAE((2, 1), **QUICK).fit(IRIS).score_kind_ == "log_likelihood_bound"
    point = VAE(2, posterior="delta", objective="reconstruction", penalty="mmd", **QUICK)
    assert point.fit(IRIS).score_kind_ == "minus_energy"
    assert Autoencoder(2, **QUICK).fit(IRIS).score_kind_ == "reconstruction_log_likelihood"


@pytest.mark.parametrize("penalty", [None, {"code-norm": 0.01}])
def test_a_multiplier_goes_on_after_fit(penalty):
    limited = partial(objectives.Constrained, tolerance=1.0, speed=0.2)
    model = VAE(2, objective=limited, penalty=penalty, **{**QUICK, "max_iter": 20}).fit(IRIS)
    before = model.loss_curve_["multiplier"][-1]
    assert abs(np.log(before)) > 1
    model.partial_fit(IRIS)
    assert abs(np.log(model.loss_curve_["multiplier"][-1] / before)) < 0.5


@pytest.mark.parametrize("objective", ["factor", "adversarial"])
def test_a_discriminator_goes_on_in_a_copy_too_and_starts_anew_in_the_next_fit(objective):
    model = VAE(3, objective=objective, learning_rate=1e-3, **QUICK).fit(IRIS)
    learned = weights(model.objective_.discriminator)
    copied = pickle.loads(pickle.dumps(model)).partial_fit(IRIS)
    assert torch.equal(weights(model.partial_fit(IRIS).objective_.discriminator),
                       weights(copied.objective_.discriminator))  # fmt: skip
    # Two epochs of Adam move no weight by more than 4 steps of 0.001; another start would.
    moved = (weights(model.objective_.discriminator) - learned).abs().max()
    assert 0 < moved < 0.01
    again = weights(model.fit(IRIS).objective_.discriminator)
    assert torch.equal(again, learned)


def test_an_objective_of_weights_that_change_can_be_pickled():
    objective = partial(objectives.ELBO, beta=training.Linear(0.0, 1.0, 100))
    annealed = VAE(2, objective=objective, penalty="code-norm",
                   penalty_weight=training.Linear(0.0, 1.0, 100), **QUICK).fit(IRIS)  # fmt: skip
    copied = pickle.loads(pickle.dumps(annealed))
    assert np.array_equal(copied.partial_fit(IRIS).transform(IRIS),
                          annealed.partial_fit(IRIS).transform(IRIS))  # fmt: skip


def weights(module):
    return parameters_to_vector(module.parameters()).detach()


class OfPosteriors(conditional.ConditionalDistribution):
    """The posterior of one example, whichever the encoder says."""

    of_posteriors = True

    def __init__(self, encoder):
        super().__init__()
        self.encoder_of = (encoder,)
        self.event_shape, self.space = encoder.event_shape, encoder.space
        self.register_buffer("x", torch.zeros(encoder.in_shape))

    def start_from(self, x):
        self.x.copy_(x[0])

    def forward(self, *conditions):
        n = len(conditions[0]) if conditions else 1
        return self.encoder_of[0](self.x.expand(n, -1), *conditions)


def test_a_prior_of_posteriors_of_ones_own_is_started_and_given_what_the_encoder_is():
    model = VAE(2, prior=OfPosteriors, condition="y", conditioned=("encoder",), **QUICK)
    model.fit(IRIS, SPECIES)
    first = model.scaling_(torch.from_numpy(IRIS[:1]))[0]
    assert torch.allclose(model.model_.prior.x, first.float())
    with pytest.raises(ValueError, match="it needs y here"):
        model.sample(2)
    assert model.sample(2, y=1).shape == (2, 4)


def test_a_condition_of_another_kind_is_no_label():
    model = VAE(2, condition="y", **QUICK).fit(IRIS, SPECIES)
    assert model.sample(3, y=1, random_state=0).shape == (3, 4)
    with pytest.raises(ValueError, match=r"y is True in row 0, a label that was not there"):
        model.sample(3, y=True)
    by_truth = VAE(2, condition="y", **QUICK).fit(IRIS, SPECIES == 1)
    assert by_truth.sample(3, y=True, random_state=0).shape == (3, 4)
