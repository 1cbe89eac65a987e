"""The kit accepts every part of the library and names the fault of planted ones."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.distributions import Independent, Normal

from latentia import (
    conditional,
    corruptions,
    heads,
    models,
    networks,
    objectives,
    priors,
    spaces,
    testing,
)
from latentia.objectives import Loss, Objective
from latentia.training import seeded

HEADS = {
    **{f"posterior {name}": make for name, make in heads.posteriors.items()},
    **{f"likelihood {name}": make for name, make in heads.likelihoods.items()},
    "prior mixture": heads.NormalMixture,
}
#: Orders, covariances, directions and categories run along one dimension; images are refused.
VECTORS = {"prior mixture"} | {
    f"posterior {name}"
    for name in (
        "categorical",
        "flow",
        "full",
        "gumbel-softmax",
        "inverse-autoregressive",
        "low-rank",
        "power-spherical",
        "von-mises-fisher",
    )
}
LABEL = heads.DiagonalNormal(1, scale=1.0)
CLASSIFIER = conditional.Amortized(networks.MLP(3, 2), heads.Categorical((), 2))
ENERGY = models.LatentEnergy(
    conditional.Amortized(networks.MLP(2, 3), heads.Delta(3)),
    spaces.Real(2),
    cost="squared_error",
    regularizer="normal",
)
#: One example of every objective; a class without one is a failing test.
OBJECTIVES = {
    "Adversarial": [objectives.Adversarial(hidden_layer_sizes=(4,))],
    "CodeEnergy": [objectives.CodeEnergy(ENERGY)],
    "CodeNorm": [objectives.CodeNorm()],
    "Constrained": [objectives.Constrained(), objectives.Constrained(5.0, on="distortion")],
    "Contractive": [objectives.Contractive(), objectives.Contractive(n_probes=2)],
    "ContrastiveDivergence": [
        objectives.ContrastiveDivergence(2),
        objectives.ContrastiveDivergence(persistent=True, temperatures=(0.5, 1.0)),
    ],
    "ContrastiveEnergy": [
        objectives.ContrastiveEnergy(corruptions.Gaussian(2.0), ENERGY, loss=loss, n_points=9)
        for loss in ("hinge", "log", "square-square")
    ],
    "DecoderGradient": [objectives.DecoderGradient(), objectives.DecoderGradient(n_probes=2)],
    "DIP": [objectives.DIP(), objectives.DIP("i")],
    "Decorrelation": [objectives.Decorrelation()],
    "DifferenceTargetPropagation": [
        objectives.DifferenceTargetPropagation(),
        objectives.DifferenceTargetPropagation("squared_error", step_size=1.0, noise=0.0),
    ],
    "Divergence": [objectives.Divergence()],
    "ELBO": [
        objectives.ELBO(),
        objectives.ELBO(beta=2.0, n_samples=3),
        objectives.ELBO(free_bits=0.5),
        objectives.ELBO(capacity=1.0),
        objectives.ELBO(gradient="sticking-the-landing"),
    ],
    "FreeEnergy": [
        objectives.FreeEnergy(ENERGY, n_points=9),
        objectives.FreeEnergy(ENERGY, beta=math.inf),
        objectives.FreeEnergy(ENERGY, n_samples=3),
    ],
    "IWAE": [
        objectives.IWAE(),
        objectives.IWAE(3, 2),
        objectives.IWAE(3, 2, gradient="doubly-reparameterized"),
        objectives.IWAE(3, 2, gradient="sticking-the-landing"),
    ],
    "Factor": [objectives.Factor(hidden_layer_sizes=(4,))],
    "KLSparsity": [objectives.KLSparsity()],
    "L1Activity": [objectives.L1Activity()],
    "MMD": [objectives.MMD(), objectives.MMD("rbf")],
    "Orthogonality": [objectives.Orthogonality()],
    "PIWAE": [objectives.PIWAE(3, 2)],
    "Prediction": [objectives.Prediction(conditional.Amortized(networks.MLP(2, 1), LABEL))],
    "PriorLikelihood": [objectives.PriorLikelihood()],
    "Quantization": [objectives.Quantization()],
    "Reconstruction": [
        *(objectives.Reconstruction(norm) for norm in (None, *objectives.norms)),
        objectives.Reconstruction(code_corruption=corruptions.NestedDropout()),
    ],
    "Renyi": [objectives.Renyi(), objectives.Renyi(float("-inf")), objectives.Renyi(1.0)],
    "SemiSupervised": [
        objectives.SemiSupervised(CLASSIFIER, 2),
        objectives.SemiSupervised(CLASSIFIER, 2, 0.3, [0.2, 0.8], objectives.IWAE(3)),
    ],
    "SpectralNorm": [objectives.SpectralNorm()],
    "Sum": [
        objectives.Sum((0.5, objectives.ELBO())),
        0.5 * objectives.ELBO() + 0.5 * objectives.IWAE(gradient="doubly-reparameterized"),
    ],
    "TargetPropagation": [
        objectives.TargetPropagation(),
        objectives.TargetPropagation("huber", "l1", distance="l2", weight=0.1),
    ],
    "TotalCorrelation": [objectives.TotalCorrelation()],
    "UpDown": [objectives.UpDown()],
    "WakeSleep": [objectives.WakeSleep()],
}
UNCONDITIONED = conditional.Unconditioned(networks.MLP(3, 4), heads.DiagonalNormal(2))
PRIORS = {
    "Autoregressive": priors.Autoregressive(2, 3, hidden_size=4),
    "AutoregressiveRows": priors.AutoregressiveRows(6, n_variables=2, hidden_size=4),
    "Categorical": priors.Categorical(6, n_variables=2, learned=True),
    "Coded": priors.Coded(priors.Frequencies(2, 3), torch.eye(3)),
    "Flow": priors.Flow(2),
    "Frequencies": priors.Frequencies(2, 3),
    "GumbelSoftmax": priors.GumbelSoftmax(6, n_variables=2),
    "LearnedMixture": priors.LearnedMixture(2, n_components=3),
    "LearnedNormal": priors.LearnedNormal(2),
    "Mixture": priors.Mixture(3, 2),
    "Normal": priors.Normal(torch.ones(2), 2 * torch.eye(2)),
    "StandardNormal": priors.StandardNormal(2),
    "Uniform": priors.Uniform(2, 0.0, 3.0),
    "UniformSphere": priors.UniformSphere(3),
    "Vamp": priors.Vamp(UNCONDITIONED, n_components=3),
}


class Labelled(models.LatentVariableModel):
    """Every example has a label, its first feature."""

    def trace(self, batch, n_samples=1):
        return super().trace(replace(batch, labels=batch.x[:, :1]), n_samples)


class PartlyLabelled(models.LatentVariableModel):
    """Examples whose first feature is positive are of class 1; the others have no label."""

    def trace(self, batch, n_samples=1):
        if not batch.conditions:
            labels = batch.x[:, 0].sign().long()
            batch = replace(batch, conditions=(torch.ones(len(batch), 2),), labels=labels)
        return super().trace(batch, n_samples)


def model_of_classes():
    """A model of x given a label."""
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(3)
        return PartlyLabelled(
            conditional.Amortized(networks.MLP(3, q.n_params, context=2), q),
            conditional.Amortized(networks.MLP(2, p.n_params, context=2), p),
            PRIORS["StandardNormal"],
        )


def model(prior=PRIORS["StandardNormal"]):
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(3)
        return Labelled(
            conditional.Amortized(networks.MLP(3, q.n_params), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
            prior,
        )


def model_of_shares():
    """Reconstructions that sum to 1."""
    with seeded(0):
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 2), heads.Delta(2)),
            conditional.Amortized(networks.MLP(2, 3), heads.Multinomial(3)),
        )


def model_of_rates():
    """Codes and reconstructions between 0 and 1."""
    with seeded(0):
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 2), heads.Delta(2, activation="sigmoid")),
            conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3)),
        )


def model_of_words():
    """Codes of words from a codebook."""
    with seeded(0):
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 2), heads.VectorQuantized(2, n_codes=4)),
            conditional.Amortized(networks.MLP(2, 3), heads.DiagonalNormal(3, scale=1.0)),
        )


def model_of_layers():
    """Two layers, each with its inverse."""
    with seeded(0):
        up, down = [
            [conditional.Amortized(networks.MLP(a, b), heads.Delta(b)) for a, b in pairs]
            for pairs in ([(3, 4), (4, 2)], [(2, 4)])
        ]
        output = conditional.Amortized(networks.MLP(4, 3), heads.DiagonalNormal(3, scale=1.0))
        return models.LatentVariableModel(
            conditional.Composed(*up), conditional.Composed(*down, output)
        )


def machine():
    """Normal units, as the examples are, and hidden ones that are 0 or 1."""
    with seeded(0):
        return models.RBM(3, 2, "normal")


def network():
    """A machine of binary units on top of the machine of normal ones."""
    with seeded(0):
        return models.BeliefNetwork(models.RBM(3, 2, "normal"), models.RBM(2, 2))


def model_for(objective):
    if isinstance(objective, objectives.ContrastiveDivergence):
        return machine()
    if isinstance(objective, objectives.UpDown):
        return network()
    if isinstance(objective, objectives.DifferenceTargetPropagation):
        return model_of_layers()
    if isinstance(objective, objectives.SemiSupervised):
        return model_of_classes()
    norm = getattr(objective, "norm", None)
    if isinstance(objective, objectives.KLSparsity) or norm == "binary_cross_entropy":
        return model_of_rates()
    if isinstance(objective, objectives.Quantization):
        return model_of_words()
    if norm == "categorical_cross_entropy":
        return model_of_shares()
    if isinstance(objective, objectives.PriorLikelihood):
        return model(PRIORS["Flow"])
    return model()


X = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", HEADS)
def test_heads(name):
    testing.check_head(HEADS[name]((3,)))


@pytest.mark.parametrize("name", sorted(HEADS.keys() - VECTORS))
def test_heads_of_images(name):
    testing.check_head(HEADS[name]((4, 5)))


@pytest.mark.parametrize("name", PRIORS)
def test_priors(name):
    testing.check_prior(PRIORS[name])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objectives(name):
    for objective in OBJECTIVES[name]:
        testing.check_objective(objective, model_for(objective), X)


@pytest.mark.parametrize(
    ("module", "base", "examples"),
    [
        (objectives, Objective, OBJECTIVES),
        (priors, conditional.ConditionalDistribution, PRIORS),
    ],
)
def test_no_part_is_without_an_example(module, base, examples):
    parts = [getattr(module, name) for name in module.__all__]
    classes = {p.__name__ for p in parts if isinstance(p, type) and issubclass(p, base)}
    assert classes - {base.__name__} == set(examples)


class MeanOverFeatures(Objective):
    def forward(self, trace, info):
        return Loss(-trace.likelihood.log_prob(trace.batch.x).mean())


class MixesExamples(Objective):
    def forward(self, trace, info):
        values = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        return Loss(values - values.mean())


class Counts(objectives.Reconstruction):
    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, trace, info):
        self.count += 1
        return super().forward(trace, info)


@pytest.mark.parametrize(
    ("objective", "match"),
    [
        (MeanOverFeatures(), "not per example"),
        (MixesExamples(), "uses_batch_statistics"),
        (Counts(), "after_step"),
    ],
)
def test_planted_faults_of_objectives_are_named(objective, match):
    with pytest.raises(AssertionError, match=match):
        testing.check_objective(objective, model(), X)


class Unbounded(heads.Head):
    params_per_element = 2

    def forward(self, raw):
        loc, log_scale = self.split(raw)
        return Independent(Normal(loc, log_scale.exp(), validate_args=False), self.event_dim)


def test_planted_faults_of_heads_are_named():
    with pytest.raises(AssertionError, match="extreme network outputs"):
        testing.check_head(Unbounded(3))


def test_planted_faults_of_priors_are_named():
    class Scalar(priors.StandardNormal):
        def forward(self, *conditions):
            return super().forward()

    with pytest.raises(AssertionError, match="does not follow its condition"):
        testing.check_prior(Scalar(2))
