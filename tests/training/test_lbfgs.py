"""L-BFGS: it solves what has a closed form, and it is still the one trainer."""

from __future__ import annotations

import math
import pickle
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError, TrainingDivergedError
from latentia.objectives import ELBO, Info, Loss, Objective, Reconstruction
from latentia.training import LBFGS, Linear, Trainer, seeded

X = torch.randn(100, 5, generator=torch.Generator().manual_seed(0))


def build(n=5, k=2, sizes=(4,), code=heads.Delta):
    with seeded(0):
        q, p = code(k), heads.DiagonalNormal(n, scale=1.0)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(n, q.n_params, sizes, dropout=0.0), q),
            conditional.Amortized(networks.MLP(k, p.n_params, sizes), p),
            priors.StandardNormal(k),
        )


def solver(model, objective=None, optimizer="lbfgs", **options):
    options = {"device": "cpu", "precision": "float64", **options}
    return Trainer(model, objective or Reconstruction(), optimizer=optimizer, **options)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize(("k", "tolerance"), [(3, 1e-6), (10, 1e-7)])
def test_a_linear_autoencoder_reaches_principal_components(k, tolerance):
    x = load_digits().data / 16
    x = x - x.mean(0)
    pca = PCA(k, svd_solver="full").fit(x)
    best = np.square(x - pca.inverse_transform(pca.transform(x))).sum()
    model = build(64, k, sizes=())
    optimizer = partial(LBFGS, history_size=200, tolerance=tolerance)
    history = solver(model, optimizer=optimizer).fit(torch.from_numpy(x), epochs=3000)
    assert history.stopped == "converged"
    with torch.no_grad():
        decoded = model.decode(model.encode(torch.from_numpy(x))).numpy()
    assert np.square(x - decoded).sum() == pytest.approx(best, rel=1e-8)
    (columns,) = (p for p in model.decoder.parameters() if p.shape == (64, k))
    assert subspace_angles(columns.detach().numpy(), pca.components_.T).max() < 1e-2


def test_same_seed_same_model_and_another_seed_other_draws():
    a, b, c = (build(code=heads.DiagonalNormal) for _ in range(3))
    for model, seed in ((a, 1), (b, 1), (c, 2)):
        solver(model, ELBO(), seed=seed, corruption=lambda x: x + torch.randn_like(x)).fit(
            X, epochs=10
        )
    assert torch.equal(weights(a), weights(b))
    assert not torch.equal(weights(a), weights(c))


@pytest.mark.parametrize("pickled", [False, True])
def test_two_calls_equal_one_of_their_sum(pickled):
    trainer, whole = (solver(build(code=heads.DiagonalNormal), ELBO()) for _ in range(2))
    whole.fit(X, epochs=8)
    trainer.fit(X, epochs=3)
    if pickled:
        trainer = pickle.loads(pickle.dumps(trainer))
    trainer.fit(X, epochs=5)
    assert torch.equal(weights(trainer.model), weights(whole.model))
    assert trainer.history.records == whole.history.records


def test_draws_never_change_so_the_loss_only_falls():
    noisy = solver(
        build(code=heads.DiagonalNormal), ELBO(), corruption=lambda x: x + torch.randn_like(x)
    )
    losses = noisy.fit(X, epochs=40).curve("loss")
    assert all(later < earlier for earlier, later in pairwise(losses))


def test_the_record_is_of_the_weights_that_the_model_has():
    model = build()
    history = solver(model, learning_rate=1e-30, batch_size=7).fit(X, epochs=5)
    loss = Reconstruction()(model.trace(models.Batch(X.double())), Info()).total
    assert history.curve("loss")[-1] == pytest.approx(loss.item(), rel=1e-12)
    assert history.curve("step") == history.curve("epoch") == [1, 2, 3, 4, 5]


def test_pieces_add_up_to_the_whole():
    whole, parts = (solver(build(), micro_batch_size=size) for size in (None, 33))
    whole.fit(X, epochs=6)
    parts.fit(X, epochs=6)
    assert torch.allclose(weights(whole.model), weights(parts.model), atol=1e-9)
    assert parts.history.curve("loss") == pytest.approx(whole.history.curve("loss"), rel=1e-12)


def test_weights_on_schedules_have_their_final_value():
    trainer = solver(build(code=heads.DiagonalNormal), ELBO(beta=Linear(0.0, 1.0, 4)))
    for record in trainer.fit(X, epochs=5).records:
        assert record["loss"] == pytest.approx(-record["elbo"])


def test_early_stopping_restores_the_best_weights():
    trainer = solver(build(sizes=(16,)))
    history = trainer.fit(X[:10], X[50:], epochs=300, patience=5)
    losses = history.curve("validation_loss")
    assert history.stopped == "early"
    assert history.kept == 1 + losses.index(min(losses)) == len(losses) - 5
    again = trainer._measure([trainer._batches.place(X[50:])], Info())
    assert again["loss"] == pytest.approx(min(losses), rel=1e-12)
    kept = history.kept_record["loss"]
    trainer.fit(X[:10], epochs=1)
    assert history.curve("loss")[-1] < kept


def test_weight_decay_is_half_the_squared_norm():
    decay, model = 0.3, build(sizes=())
    solver(model, weight_decay=decay).fit(X, epochs=500)
    loss = Reconstruction()(model.trace(models.Batch(X.double())), Info()).total
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    for p, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.allclose(gradient, -decay * p, atol=1e-6)


class Spoilt(Objective):
    def __init__(self, spoil):
        super().__init__()
        self.spoil = spoil

    def forward(self, trace, info):
        values = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        bad = self.spoil(values)
        return Loss(values + bad, {"reconstruction": values, "bad": bad})


def test_nan_names_its_term_and_leaves_the_weights():
    model = build().double()
    before = weights(model)
    with pytest.raises(TrainingDivergedError, match=r"'bad' became nan at step 0 .*Scale the data"):
        solver(model, Spoilt(lambda values: values * math.nan)).fit(X, epochs=3)
    assert torch.equal(weights(model), before)


def test_a_gradient_that_is_not_finite_is_named():
    objective = Spoilt(lambda values: (values - values).sqrt())
    with pytest.raises(TrainingDivergedError, match="gradient is not finite at step 0"):
        solver(build(), objective).fit(X, epochs=3)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_search_comes_back_from_where_there_is_no_loss_in_any_unit(unit):
    # The first direction leads from 20 to beyond 0, where the logarithm is not a number.
    w = torch.nn.Parameter(torch.tensor([20.0, 1e-3], dtype=torch.float64))
    optimizer = LBFGS([w], tolerance=1e-9 * unit)

    def closure():
        optimizer.zero_grad()
        loss = unit * (w - 2 * w.log()).sum()
        loss.backward()
        return loss

    steps = 0
    while not optimizer.converged and steps < 100:
        optimizer.step(closure)
        steps += 1
    assert w.detach().numpy() == pytest.approx(2.0, rel=1e-6)


def test_the_interrupted_search_leaves_the_last_whole_pass():
    calls = []

    def interrupt(values):
        calls.append(None)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return 0 * values

    model = build().double()
    before = weights(model)
    assert solver(model, Spoilt(interrupt)).fit(X, epochs=3).stopped == "interrupted"
    assert torch.equal(weights(model), before)


class TwoPhases(Objective):
    def forward(self, trace, info):
        raise AssertionError("two phases")

    def losses(self, model, batch, info):
        yield "model", Loss(model.trace(batch).z.sum((0, 2)))
        yield "model", Loss(model.trace(batch).z.sum((0, 2)))


def test_what_does_not_fit_is_refused():
    with pytest.raises(IncompatiblePartsError, match="TwoPhases takes several losses a step"):
        solver(build(), TwoPhases())
    with pytest.raises(IncompatiblePartsError, match=r"clip_norm=1\.0 has no meaning"):
        solver(build(), clip_norm=1.0)
    with pytest.raises(ValueError, match="weight_decay=-1"):
        solver(build(), weight_decay=-1)
    with pytest.raises(ValueError, match="history_size=0"):
        LBFGS(build().parameters(), history_size=0)
    with pytest.raises(ValueError, match="tolerance=-1"):
        LBFGS(build().parameters(), tolerance=-1)
