"""Pieces of a batch: less memory, the same step; and what a batch carries."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Decorrelation, Loss, Objective, Reconstruction
from latentia.training import Trainer, seeded

X = torch.randn(50, 5, generator=torch.Generator().manual_seed(0)).double()


class Spy(Reconstruction):
    """Remembers what it was given."""

    def __init__(self):
        super().__init__()
        self.batches = []
        self.modes = []

    def forward(self, trace, info):
        self.batches.append(trace.batch)
        self.modes.append((trace.model.training, self.training))
        return super().forward(trace, info)


def train(micro_batch_size=None, objective=None, data=X, validation=None, epochs=3, **options):
    with seeded(0):
        q, p = heads.Delta(2), heads.DiagonalNormal(5, scale="shared")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
        )
    options = {"batch_size": 20, "precision": "float64", "device": "cpu", **options}
    objective = objective or Reconstruction()
    trainer = Trainer(model, objective, micro_batch_size=micro_batch_size, **options)
    trainer.fit(data, validation, epochs=epochs)
    return torch.cat([p.detach().flatten() for p in model.parameters()]), trainer.history


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("size", [1, 7, 19])
def test_pieces_make_the_same_step(size, optimizer):
    options = {"optimizer": optimizer, "clip_norm": 0.5, "weight_decay": 0.1}
    whole, expected = train(**options)
    parts, history = train(size, **options)
    assert torch.allclose(parts, whole, atol=1e-8)
    assert history.curve("loss") == pytest.approx(expected.curve("loss"), rel=1e-9)


def test_pieces_have_at_most_their_size_and_see_what_the_batch_saw():
    spy = Spy()
    train(8, spy, epochs=1, corruption=lambda x: -x)
    # The last look at the weights is a measurement of the first batch.
    assert [len(batch) for batch in spy.batches] == [8, 8, 4, 8, 8, 4, 8, 2, 8, 8, 4]
    assert all(torch.equal(batch.seen, -batch.x) for batch in spy.batches)


def test_pieces_that_hold_the_batch_change_nothing():
    whole, _ = train()
    assert torch.equal(train(20)[0], whole)
    train(20, Reconstruction() + Decorrelation())


class TwoPhases(Objective):
    def forward(self, trace, info):
        raise AssertionError("two phases")

    def losses(self, model, batch, info):
        yield "model", Loss(model.trace(batch).z.sum((0, 2)))


def test_what_does_not_add_up_is_refused():
    with pytest.raises(IncompatiblePartsError, match="Decorrelation has a statistic of the whole"):
        train(8, Reconstruction() + Decorrelation())
    with pytest.raises(IncompatiblePartsError, match="TwoPhases takes several losses a step"):
        train(8, TwoPhases())
    with pytest.raises(ValueError, match="micro_batch_size=0"):
        train(0)


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [
        (torch.arange(50), torch.int64),
        (torch.arange(50, dtype=torch.float32)[:, None], torch.float64),
    ],
)
@pytest.mark.parametrize("size", [None, 8])
def test_labels_stay_beside_their_examples(labels, dtype, size):
    x = torch.arange(50.0)[:, None].expand(50, 5)
    data, spy = models.Batch(x, labels=labels), Spy()
    train(size, spy, data, data, prepare=lambda x: 2 * x, corruption=lambda x: -x)
    for batch in spy.batches:
        assert batch.labels.dtype == dtype
        assert batch.x[:, 0].tolist() == (2 * batch.labels.flatten()).tolist()


def test_objectives_know_whether_they_are_trained():
    spy = Spy()
    train(objective=spy, validation=X, epochs=1)
    assert spy.modes == [(True, True)] * 3 + [(False, False)] * 3
    assert not spy.training
