"""Missing labels are summed over exactly: against a model whose every sum has a closed form."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.distributions import MultivariateNormal

from latentia import conditional, corruptions, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, IWAE, CodeNorm, Info, Renyi, SemiSupervised, WakeSleep
from latentia.training import Trainer, seeded

K, D = 3, 2
PRIOR = [0.5, 0.2, 0.3]
X = torch.randn(12, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
LABELS = torch.arange(12) % (K + 1) - 1
GIVEN = torch.full((12, K), 1 / K, dtype=torch.float64)


class Linear(nn.Module):
    """p(x|z, y) = N(W z + m_y, s^2), of which the posterior is linear in x and y."""

    def __init__(self, matrix, of_class):
        super().__init__()
        self.matrix, self.of_class = nn.Parameter(matrix), nn.Parameter(of_class)

    def forward(self, v, y):
        return v @ self.matrix.T + y @ self.of_class


W = torch.tensor([[1.0], [0.5]], dtype=torch.float64)
MEANS = torch.tensor([[0.0, 0.0], [2.0, -1.0], [-1.0, 1.0]], dtype=torch.float64)
PRECISION = 1 + W.T @ W
GAIN = W.T / PRECISION


def exact_log_joint():
    """log p(x, y), shape (K, n)."""
    density = MultivariateNormal(MEANS[:, None], W @ W.T + torch.eye(D, dtype=torch.float64))
    return density.log_prob(X) + torch.tensor(PRIOR, dtype=torch.float64).log()[:, None]


def linear_model():
    """The encoder is the posterior itself, so that every draw has the weight p(x|y)."""
    decoder = conditional.Amortized(Linear(W, MEANS), heads.DiagonalNormal(D, scale=1.0))
    head = heads.DiagonalNormal(1, scale=float(PRECISION.rsqrt()))
    encoder = conditional.Amortized(Linear(GAIN, -MEANS @ GAIN.T), head)
    return models.LatentVariableModel(encoder, decoder, priors.StandardNormal(1)).double()


def network_model(code="diagonal"):
    with seeded(0):
        q, p = heads.posteriors[code](2), heads.DiagonalNormal(D)
        encoder = conditional.Amortized(networks.MLP(D, q.n_params, context=K), q)
        decoder = conditional.Amortized(networks.MLP(q.event_shape, p.n_params, context=K), p)
        return models.LatentVariableModel(encoder, decoder, priors.natural_prior(encoder)).double()


def classifier():
    with seeded(1):
        label = heads.Categorical((), K)
        return conditional.Amortized(networks.MLP(D, label.n_params, (8,)), label).double()


def build(weight=0.7, bound=None):
    return SemiSupervised(classifier(), K, weight, PRIOR, bound).double()


def measure(objective, labels=LABELS, model=None, x=X):
    batch = models.Batch(x, (GIVEN[: len(x)],), labels=labels)
    with seeded(2):
        return objective(
            (model or linear_model()).trace(batch, objective.n_draws), Info(n_examples=12)
        )


def log_guess(objective):
    return objective.classifier.net(X).log_softmax(1).T


def test_a_known_label_costs_the_joint_and_a_missing_one_the_sum_over_all():
    # With one draw from the exact posterior the sampled bound of one draw is log p(x|y) itself.
    objective = build(bound=IWAE(1))
    loss, log_p, log_q = measure(objective), exact_log_joint(), log_guess(objective)
    for i, label in enumerate(LABELS.tolist()):
        if label < 0:
            expected = sum(log_q[y, i].exp() * (log_q[y, i] - log_p[y, i]) for y in range(K))
            assert loss.terms["classification"][i] == 0
        else:
            expected = -log_p[label, i] - 0.7 * log_q[label, i]
            assert torch.isclose(loss.terms["classification"][i], -log_q[label, i])
        assert torch.isclose(loss.values[i], expected)


def test_the_bound_is_the_evidence_where_both_guesses_are_exact():
    class Exact(conditional.ConditionalDistribution):
        def forward(self, x):
            return torch.distributions.Categorical(exact_log_joint().softmax(0).T)

    objective = SemiSupervised(Exact(), K, 0.7, PRIOR, IWAE(1)).double()
    loss = measure(objective, torch.full((12,), -1))
    assert torch.allclose(loss.terms["elbo"], exact_log_joint().logsumexp(0))


def test_another_guess_is_below_the_evidence_by_its_divergence():
    objective = build(bound=IWAE(1))
    elbo = measure(objective, torch.full((12,), -1)).terms["elbo"]
    log_p, log_q = exact_log_joint(), log_guess(objective)
    gap = (log_q.exp() * (log_q - log_p.log_softmax(0))).sum(0)
    assert (gap > 0).all()
    assert torch.allclose(log_p.logsumexp(0) - elbo, gap)


@pytest.mark.parametrize(
    ("bound", "code"),
    [(ELBO(), "diagonal"), (ELBO(2.0), "diagonal"), (IWAE(4), "diagonal"), (ELBO(), "categorical")],
    ids=["bound", "weighted", "tighter", "without derivatives"],
)
def test_gradients_are_those_of_the_sum_written_out(bound, code):
    objective, model = build(bound=bound), network_model(code)
    parameters = [*model.parameters(), *objective.parameters()]
    ours = torch.autograd.grad(measure(objective, model=model).total, parameters)
    n, eye = len(X), torch.eye(K, dtype=torch.float64)
    every = models.Batch(X.repeat(K, 1), (eye.repeat_interleave(n, 0),))
    with seeded(2):
        model.trace(models.Batch(X, (GIVEN,)), bound.n_draws)  # so that the draws are the same
        loss = bound(model.trace(every, bound.n_draws), Info())
    costs = loss.values
    if loss.surrogate is not None:
        costs = loss.surrogate + (loss.values - loss.surrogate).detach()
    costs = costs.view(K, n) - torch.tensor(PRIOR, dtype=torch.float64).log()[:, None]
    log_q = log_guess(objective)
    rows = []
    for i, label in enumerate(LABELS.tolist()):
        missing = (log_q[:, i].exp() * (costs[:, i] + log_q[:, i])).sum()
        rows.append(missing if label < 0 else costs[label, i] - 0.7 * log_q[label, i])
    theirs = torch.autograd.grad(torch.stack(rows).mean(), parameters)
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b)


@pytest.mark.parametrize("labels", [torch.full((12,), -1), torch.arange(12) % K, LABELS])
def test_batches_may_hold_any_mixture(labels):
    objective, model = build(), network_model()
    trainer = Trainer(model, objective, batch_size=5, precision="float64", device="cpu")
    trainer.fit(models.Batch(X, (GIVEN,), labels=labels), epochs=1)
    loss = measure(objective, labels, model)
    assert torch.equal(loss.terms["classification"] > 0, labels >= 0)
    loss.total.backward()
    assert all(p.grad.isfinite().all() for p in objective.parameters())
    assert any(p.grad.abs().max() > 0 for p in objective.parameters())


def test_the_condition_that_a_batch_came_with_does_not_count():
    objective, model = build(), network_model()
    batch = models.Batch(X, (GIVEN,), labels=LABELS)
    values = []
    for condition in (GIVEN, 5 * GIVEN):
        with seeded(0):
            trace = model.trace(replace(batch, conditions=(condition,)))
            values.append(objective(trace, Info()).values)
    assert torch.equal(*values)


def test_the_classifier_sees_what_the_encoder_sees():
    objective = build()
    batch = models.Batch(X, (GIVEN,), corrupted=torch.zeros_like(X), labels=LABELS.clamp_min(0))
    with seeded(0):
        terms = objective(network_model().trace(batch), Info()).terms
    blank = objective.classifier.net(torch.zeros_like(X)).log_softmax(1)
    assert torch.allclose(-terms["classification"], blank[torch.arange(12), batch.labels])


def test_it_adds_to_a_penalty_and_learns_in_pieces():
    model, objective = network_model(), build() + 0.1 * CodeNorm()
    data = models.Batch(X, (GIVEN,), labels=LABELS)
    trainer = Trainer(model, objective, batch_size=12, micro_batch_size=5, device="cpu")
    corrupted = Trainer(model, build(), corruption=corruptions.Gaussian(0.1), device="cpu")
    for each in (trainer, corrupted):
        assert each.fit(data, epochs=1).curve("loss")


def test_uniform_is_the_default_of_the_classes():
    equal = SemiSupervised(classifier(), K, 0.7, [1 / K] * K).double()
    assert torch.allclose(
        measure(SemiSupervised(classifier(), K, 0.7).double()).values, measure(equal).values
    )


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"n_classes": 1}, "n_classes=1 must be"),
        ({"weight": -1.0}, "weight is -1.0"),
        ({"class_probabilities": [0.5, 0.5]}, "must be 3 positive numbers"),
        ({"class_probabilities": [0.5, 0.5, 0.5]}, "with sum 1"),
        ({"class_probabilities": [1.0, 0.0, 0.0]}, "positive"),
    ],
)
def test_what_is_out_of_range_is_named(arguments, match):
    with pytest.raises(ValueError, match=match):
        SemiSupervised(classifier(), **{"n_classes": K, **arguments})


@pytest.mark.parametrize("bound", [WakeSleep(), ELBO(free_bits=0.1)], ids=["phases", "batch"])
def test_bounds_that_mix_examples_or_train_in_phases_are_refused(bound):
    with pytest.raises(IncompatiblePartsError, match="Use ELBO"):
        build(bound=bound)
    assert build(bound=Renyi()).n_samples > 1


@pytest.mark.parametrize(
    ("labels", "error", "match"),
    [
        (None, IncompatiblePartsError, "-1 for labels that nobody knows"),
        (LABELS.double(), ValueError, "one integer for each"),
        (LABELS[:, None], ValueError, r"shape \(12, 1\)"),
        (LABELS.clone().fill_(K), ValueError, "labels hold 3 in row 0 .* must be below 3"),
    ],
)
def test_labels_must_be_integers(labels, error, match):
    with pytest.raises(error, match=match):
        measure(build(), labels)
