"""Contrastive divergence on machines that can be counted: gradient, chains, refusals."""

from __future__ import annotations

import copy
import itertools

import pytest
import torch
from torch.nn.functional import cosine_similarity

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.evaluation import pseudo_log_likelihood
from latentia.inference import gibbs, log_partition
from latentia.models import Batch
from latentia.objectives import ContrastiveDivergence, Info, L1Activity
from latentia.testing import check_objective
from latentia.training import Linear, Trainer, seeded

STATES = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64)
KINDS = [("bernoulli", "bernoulli"), ("normal", "bernoulli"), ("bernoulli", "normal")]
PATTERNS = torch.tensor([[1.0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 1]], dtype=torch.float64)


def machine(*kinds, scale=0.5):
    with seeded(2):
        rbm = models.RBM(4, 3, *kinds).double()
        for parameter in rbm.parameters():
            parameter.data.normal_(std=scale)
    return rbm


def gradient(loss, rbm):
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(rbm.parameters()))])


def exact(rbm, x):
    """The gradient of the mean of -log p(x)."""
    log_z = (-rbm.free_energy(STATES)).logsumexp(0)
    return gradient(rbm.free_energy(x).mean() + log_z, rbm)


def estimate(objective, rbm, x, n=20_000):
    with seeded(0):
        ((name, loss),) = objective.losses(rbm, Batch(x.repeat(n // len(x), 1)), Info())
    assert name == "model"
    return gradient(loss.total, rbm)


def test_one_step_points_where_the_likelihood_does_and_more_steps_come_nearer():
    # In expectation, by 60,000 chains, whose noise is about 0.006 of the gradient.
    rbm = machine(scale=1.0)
    truth = exact(rbm, PATTERNS)
    estimates = [estimate(ContrastiveDivergence(k), rbm, PATTERNS, 60_000) for k in (1, 3)]
    errors = [(e - truth).norm() / truth.norm() for e in estimates]
    assert cosine_similarity(estimates[0], truth, dim=0) > 0.99
    assert errors[0] > 0.1  # it is not the gradient of the likelihood
    assert errors[1] < 0.03


def test_the_value_is_a_difference_of_free_energies_for_each_example():
    rbm = machine()
    with seeded(0):
        ((_, loss),) = ContrastiveDivergence(2).losses(rbm, Batch(PATTERNS), Info())
    with seeded(0):
        h = rbm.hidden.draw(rbm.machine(PATTERNS))
        v = rbm.machine.walk(h, 2)
    assert torch.allclose(loss.values, rbm.free_energy(PATTERNS) - rbm.free_energy(v))
    assert set(loss.terms) == {"free_energy_difference"}
    # The same by way of a trace, as for any other objective.
    with seeded(0):
        trace = rbm.trace(Batch(PATTERNS))
    assert ContrastiveDivergence()(trace, Info()).values.shape == (3,)


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"persistent": True},
        {"persistent": True, "n_chains": 7},
        {"persistent": True, "temperatures": (0.3, 0.7, 1.0)},
    ],
)
def test_the_kit_accepts_it_for_every_kind_of_units(kinds, options):
    x = PATTERNS + (kinds[0] == "normal") * 0.3
    check_objective(ContrastiveDivergence(2, **options), machine(*kinds), x)


@pytest.mark.parametrize("temperatures", [None, (0.4, 0.7, 1.0)])
def test_persistent_chains_become_draws_of_the_machine(temperatures):
    # The parameters stand still: 20 rounds of 50,000 chains, and the exact gradient of the model.
    rbm, objective = machine(), ContrastiveDivergence(1, True, 50_000, temperatures)
    batch = Batch(PATTERNS)
    with seeded(0):
        for _ in range(20):
            ((_, loss),) = objective.losses(rbm, batch, Info())
            objective.after_step(rbm, batch, Info())
    truth = exact(rbm, PATTERNS)
    assert (gradient(loss.total, rbm) - truth).norm() < 0.02 * truth.norm()
    assert objective.chains.states.shape == (len(temperatures or [1]), 50_000, 3)
    assert torch.equal(rbm.prior.chains.states, objective.chains.states[-1])
    share = (-rbm.free_energy(STATES)).softmax(0)
    hidden = share @ rbm.encode(STATES)
    assert (objective.chains.states[-1].mean(0) - hidden).abs().max() < 4.5 * 0.5 / 50_000**0.5


def test_chains_only_move_when_a_step_is_done():
    rbm, objective = machine(), ContrastiveDivergence(1, persistent=True)
    batch = Batch(PATTERNS)
    list(objective.losses(rbm, batch, Info()))
    assert not objective.chains.started
    objective.after_step(rbm, batch, Info())
    before = objective.chains.states
    assert before.shape == (1, 3, 3)
    # A smaller batch leaves the number of chains as it is.
    list(objective.losses(rbm, Batch(PATTERNS[:1]), Info()))
    assert objective.chains.states is before
    objective.after_step(rbm, Batch(PATTERNS[:1]), Info())
    assert objective.chains.states.shape == before.shape


def test_chains_are_part_of_the_state():
    rbm, objective = machine(), ContrastiveDivergence(1, persistent=True)
    Trainer(rbm, objective, batch_size=3, precision="float64").fit(PATTERNS, epochs=2)
    again, model = ContrastiveDivergence(1, persistent=True).double(), machine()
    again.load_state_dict(objective.state_dict())
    model.load_state_dict(rbm.state_dict())
    copied = copy.deepcopy(objective)
    for other in (again, copied):
        assert torch.equal(estimate(other, model, PATTERNS), estimate(objective, rbm, PATTERNS))


@pytest.mark.parametrize(
    "objective",
    [
        ContrastiveDivergence(5),
        ContrastiveDivergence(1, persistent=True, n_chains=50),
        ContrastiveDivergence(1, persistent=True, n_chains=50, temperatures=(0.3, 0.7, 1.0)),
    ],
)
def test_it_learns_the_density_of_the_data(objective):
    with seeded(0):
        rbm = models.RBM(4, 3)
        x = PATTERNS.float()[torch.randint(3, (1000,))]
        x = (x - (torch.rand_like(x) < 0.1).float()).abs()
        rbm.start_from(x)
    # No model is cheaper than the shares of the 16 states themselves.
    share = (x[:, None] == STATES).all(2).double().mean(0)
    best = torch.special.entr(share).sum()

    def regret():
        with torch.no_grad():
            return (rbm.free_energy(x).mean() + log_partition(rbm) - best).item()

    before = regret()
    trainer = Trainer(rbm, objective, learning_rate=Linear(0.05, 0.001, 600), batch_size=50)
    history = trainer.fit(x, x, epochs=30)
    assert before > 0.4
    assert 0 < regret() < 0.05
    assert "validation_free_energy_difference" in history.records[-1]


def test_normal_units_learn_their_means_and_variances():
    with seeded(0):
        centre = torch.randint(2, (2000, 1)).float() * 4 - 2
        x = torch.cat([centre, -centre], dim=1) + 0.5 * torch.randn(2000, 2)
        rbm = models.RBM(2, 1, "normal")
        rbm.start_from(x)
        rbm.weight.data.normal_()
    assert rbm.visible.scale.tolist() == pytest.approx([2.06, 2.06], abs=0.1)
    Trainer(rbm, ContrastiveDivergence(3), learning_rate=0.02, batch_size=100).fit(x, epochs=40)
    # One hidden unit stands for the two clusters, and the rest is their noise.
    assert rbm.visible.scale.tolist() == pytest.approx([0.5, 0.5], abs=0.1)
    modes = rbm.decode(torch.tensor([[0.0], [1.0]])).abs()
    assert modes.detach().flatten().tolist() == pytest.approx([2.0] * 4, abs=0.3)


def test_rates_between_zero_and_one_are_taken():
    rbm, x = models.RBM(4, 3), torch.rand(30, 4)
    Trainer(rbm, ContrastiveDivergence(), batch_size=10).fit(x, epochs=1)
    assert pseudo_log_likelihood(rbm, x).isfinite().all()


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"n_steps": 0}, "n_steps=0"),
        ({"persistent": True, "n_chains": 0}, "n_chains=0"),
        ({"n_chains": 5}, "set persistent=True"),
        ({"temperatures": (0.5, 1.0)}, "set persistent=True"),
        ({"persistent": True, "temperatures": (0.5, 0.9)}, "rise to 1"),
        ({"persistent": True, "temperatures": (-0.5, 1.0)}, r"in \(0, 1\]"),
        ({"persistent": True, "temperatures": ()}, "at least two"),
    ],
)
def test_chains_that_cannot_be_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        ContrastiveDivergence(**options)


def test_what_it_is_not_for_is_refused(linear_gaussian):
    model, _ = linear_gaussian
    x = torch.zeros(2, 3, dtype=torch.float64)
    with pytest.raises(
        IncompatiblePartsError, match=r"LatentVariableModel do not fit.*models\.RBM"
    ):
        list(ContrastiveDivergence().losses(model, Batch(x), Info()))
    with pytest.raises(IncompatiblePartsError, match="corruption"):
        list(ContrastiveDivergence().losses(machine(), Batch(PATTERNS, corrupted=PATTERNS), Info()))
    with pytest.raises(IncompatiblePartsError, match="summand"):
        ContrastiveDivergence() + L1Activity()


@pytest.mark.parametrize(("visible", "x"), [("bernoulli", 7.0), ("normal", 5e3)])
def test_examples_on_another_scale_are_refused_at_the_first_step(visible, x):
    machine = models.RBM(4, n_hidden=2, visible=visible)
    batch = Batch(torch.full((3, 4), x))
    with pytest.raises(ValueError, match=r"x\[0\] has"):
        next(iter(ContrastiveDivergence().losses(machine, batch, Info())))
    with pytest.raises(ValueError, match=r"x\[0\] has"):
        gibbs(machine, start=batch.x)
