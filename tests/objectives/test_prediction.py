"""A supervised loss: the log-likelihood of the label, from which the encoder learns."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, Info, Prediction, Reconstruction
from latentia.training import Trainer, seeded

X = torch.randn(12, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
Y = X[:, :1] - 2 * X[:, 1:2]


def build(code=heads.DiagonalNormal):
    with seeded(0):
        q, p = code(2), heads.DiagonalNormal(5)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
            priors.StandardNormal(2),
        ).double()


def predictor(shape=1):
    with seeded(1):
        label = heads.DiagonalNormal(shape, scale=1.0)
        return conditional.Amortized(networks.MLP(2, label.n_params), label).double()


def measure(objective, labels=Y, n_samples=1, model=None):
    with seeded(1):
        trace = (model or build()).trace(models.Batch(X, labels=labels), n_samples)
        return trace, objective(trace, Info())


@pytest.mark.parametrize("n_samples", [1, 4])
@pytest.mark.parametrize(("shape", "labels"), [(1, Y), ((2, 3), X[:, :1, None].expand(12, 2, 3))])
def test_the_value_is_the_average_squared_error_in_nats(shape, labels, n_samples):
    objective = Prediction(predictor(shape))
    trace, loss = measure(objective, labels, n_samples)
    mean = objective.predictor(trace.z).mean
    error = (mean - labels).square().flatten(2).sum(2).mean(0)
    constant = labels[0].numel() / 2 * math.log(2 * math.pi)
    assert torch.allclose(loss.values, error / 2 + constant)
    assert torch.equal(loss.terms["prediction"], loss.values)


def classifier(n_classes=3):
    with seeded(1):
        label = heads.Categorical((), n_classes)
        return conditional.Amortized(networks.MLP(2, label.n_params), label).double()


@pytest.mark.parametrize("n_samples", [1, 3])
def test_classes_are_a_cross_entropy(n_samples):
    objective, classes = Prediction(classifier()), torch.arange(12) % 3
    trace, loss = measure(objective, classes, n_samples)
    logits = objective.predictor.net(trace.z)
    draws = [cross_entropy(row, classes, reduction="none") for row in logits]
    assert torch.allclose(loss.values, torch.stack(draws).mean(0))


def test_encoder_and_predictor_learn_in_one_group_and_the_decoder_does_not_run():
    model, objective = build(), Prediction(predictor())
    model.decoder.forward = None
    (group,) = objective.groups(model).values()
    own = {*model.parameters(), *objective.parameters()}
    assert set(group) == own
    _, loss = measure(objective, model=model)
    loss.total.backward(inputs=group)
    for part, reached in [
        (model.encoder, True),
        (objective.predictor, True),
        (model.decoder, False),
    ]:
        assert all((p.grad is not None) == reached for p in part.parameters())


def test_a_trained_code_tells_the_class_that_the_largest_variance_hides():
    # The class is in a direction of small variance, which one code of a plain model leaves out.
    with seeded(0):
        x = torch.randn(600, 5) * torch.tensor([3.0, 0.1, 0.1, 0.1, 0.1])
        labels = torch.arange(600) % 2
        x[:, 1] += labels.float() - 0.5
    share = {}
    for weight in (0.0, 20.0):
        with seeded(0):
            code, label = heads.Delta(1), heads.Categorical((), 2)
            model = models.LatentVariableModel(
                conditional.Amortized(networks.MLP(5, 1), code),
                conditional.Amortized(networks.MLP(1, 5), heads.DiagonalNormal(5, scale=1.0)),
            )
            predictor = conditional.Amortized(networks.MLP(1, 2), label)
        objective = Reconstruction() + weight * Prediction(predictor)
        trainer = Trainer(model, objective, learning_rate=0.02, batch_size=100, device="cpu")
        trainer.fit(models.Batch(x, labels=labels), epochs=30)
        guess = predictor.net(model.encode(x)).argmax(1)
        share[weight] = (guess == labels).double().mean()
    assert share[0.0] < 0.6
    assert share[20.0] > 0.95


def test_it_adds_to_a_bound():
    penalised = ELBO() + 0.5 * Prediction(predictor())
    loss = measure(penalised)[1]
    assert torch.allclose(loss.values, -loss.terms["elbo"] + 0.5 * loss.terms["prediction"])


def test_a_batch_without_labels_is_refused():
    with pytest.raises(IncompatiblePartsError, match=r"without labels.*models.Batch\(x, labels=y"):
        measure(Prediction(predictor()), None)


@pytest.mark.parametrize(
    ("part", "labels", "message"),
    [
        (predictor(), Y.squeeze(1), r"labels have shape \(12,\), but .* of shape \(12, 1\)"),
        (predictor(3), Y, r"shape \(12, 1\), but .* of shape \(12, 3\)"),
        (classifier(), Y, r"shape \(12, 1\), but .* of shape \(12,\)"),
        (predictor(), Y[:5], r"shape \(5, 1\), but .* of shape \(12, 1\)"),
    ],
    ids=["flat", "narrow", "column", "few"],
)
def test_labels_of_another_shape_are_refused(part, labels, message):
    with pytest.raises(ValueError, match=message):
        measure(Prediction(part), labels)
