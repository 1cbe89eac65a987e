"""Contrastive wake-sleep: two phases, two players, and a bound that rises."""

from __future__ import annotations

import itertools

import pytest
import torch

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.inference import log_partition
from latentia.models import Batch
from latentia.objectives import Info, UpDown
from latentia.training import Trainer, seeded

PATTERNS = torch.tensor([[1.0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 1]]).repeat(20, 1)


def network(*sizes, scale=0.3):
    with seeded(3):
        pairs = itertools.pairwise(sizes)
        deep = models.BeliefNetwork(*(models.RBM(*pair) for pair in pairs))
        for parameter in deep.parameters():
            parameter.data.normal_(std=scale)
    return deep


def bound(deep, x):
    with seeded(0), torch.no_grad():
        return float((-deep.free_energy(x, 200)).mean() - log_partition(deep.top))


@pytest.mark.parametrize("sizes", [(4, 3, 2), (4, 3, 3, 2)])
def test_each_phase_teaches_its_own_player(sizes):
    deep, objective = network(*sizes), UpDown(2)
    groups = objective.groups(deep)
    ids = [{id(p) for p in group} for group in groups.values()]
    assert not ids[0] & ids[1] and len(ids[0] | ids[1]) == len(list(deep.parameters()))
    assert ids[1] == {id(p) for part in deep.recognition for p in part.parameters()}
    for player, loss in objective.losses(deep, Batch(PATTERNS), Info()):
        other = groups["sleep" if player == "model" else "model"]
        gradients = torch.autograd.grad(loss.total, groups[player], retain_graph=True)
        assert all(bool(g.abs().sum() > 0) for g in gradients)
        crossed = torch.autograd.grad(loss.total, other, allow_unused=True)
        assert all(g is None for g in crossed)


def test_the_sleep_phase_pulls_recognition_towards_the_posterior():
    class Asleep(UpDown):
        """Generation stands still."""

        def groups(self, model):
            return {"model": super().groups(model)["sleep"]}

        def losses(self, model, batch, info):
            yield "model", dict(super().losses(model, batch, info))["sleep"]

    deep = network(4, 3, 2, scale=1.0)
    with seeded(0):
        x = deep.sample(600, mean=False)
    before = bound(deep, x)
    Trainer(deep, Asleep(10), learning_rate=0.02, batch_size=100).fit(x, epochs=60)
    assert bound(deep, x) > before + 0.1


def test_training_raises_the_bound_on_what_it_sees():
    deep = network(4, 3, 2)
    before = bound(deep, PATTERNS)
    Trainer(deep, UpDown(), learning_rate=0.02, batch_size=60).fit(PATTERNS, epochs=400)
    # The entropy of three equal patterns is log 3 nats.
    assert before < -2.5 and bound(deep, PATTERNS) > -1.8


def test_refusals():
    x = torch.zeros(2, 4)
    with pytest.raises(ValueError, match="n_steps=0"):
        UpDown(0)
    with pytest.raises(IncompatiblePartsError, match=r"UpDown and RBM.*models.BeliefNetwork"):
        UpDown().groups(models.RBM(4, 2))
    with pytest.raises(IncompatiblePartsError, match="UpDown and a corruption"):
        next(UpDown().losses(network(4, 3, 2), Batch(x, corrupted=x), Info()))
