"""Two processes train what one does, and agree on when to stop."""

from __future__ import annotations

import signal
import warnings

import pytest
import torch

from latentia import VAE, conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError, MicroBatchWarning, TrainingDivergedError
from latentia.objectives import (
    DIP,
    ELBO,
    IWAE,
    MMD,
    Adversarial,
    Constrained,
    Contractive,
    ContrastiveDivergence,
    Decorrelation,
    Factor,
    KLSparsity,
    Loss,
    Objective,
    Quantization,
    Reconstruction,
    TotalCorrelation,
)
from latentia.training import History, Ranks, Trainer, seeded

X = torch.randn(41, 5, generator=torch.Generator().manual_seed(0)).double()
HELD_OUT = torch.randn(9, 5, generator=torch.Generator().manual_seed(1)).double()


class Still(torch.distributions.Normal):
    """A normal distribution whose every draw lies half a standard deviation above the mean."""

    def expand(self, shape, _instance=None):
        return super().expand(shape, self.__new__(Still))

    def rsample(self, sample_shape=()):
        return (self.loc + 0.5 * self.scale).expand(self._extended_shape(sample_shape))

    sample = rsample


class StillCode(heads.DiagonalNormal):
    def forward(self, raw):
        q = super().forward(raw).base_dist
        return torch.distributions.Independent(Still(q.loc, q.scale), 1)


class StillPrior(priors.StandardNormal):
    def forward(self, *conditions):
        p = super().forward(*conditions).base_dist
        return torch.distributions.Independent(Still(p.loc, p.scale), 1)


def build(objective, code=heads.Delta, weights=0, **options):
    with seeded(weights):
        q = code(2)
        p = heads.DiagonalNormal(5, scale="shared")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            StillPrior(2) if q.space == "real" else None,
        )
    # The last batch of an epoch has one example, so that one process has none.
    given = {"batch_size": 10, "precision": "float64", "device": "cpu", "learning_rate": 0.01}
    return Trainer(model, objective, **{**given, **options})


def train(objective, epochs=3, validation=HELD_OUT, patience=None, **options):
    trainer = build(objective(), **options)
    history = trainer.fit(X, validation, epochs=epochs, patience=patience)
    weights = torch.cat([p.detach().flatten() for p in trainer.model.parameters()])
    states = [b.double().flatten() for b in trainer.model.buffers()]
    owned = [p.detach().double().flatten() for p in trainer.objective.state_dict().values()]
    return torch.cat([weights, *states, *owned]), history


class Players(Objective):
    """Encoder and decoder, each by a loss of its own."""

    def groups(self, model):
        return {
            "model": list(model.decoder.parameters()),
            "encoder": list(model.encoder.parameters()),
        }

    def forward(self, trace, info):
        return Loss(-trace.likelihood.log_prob(trace.batch.x).mean(0))

    def losses(self, model, batch, info):
        trace = model.trace(batch)
        yield "model", self(trace, info)
        yield "encoder", Loss((trace.z.mean(0) - batch.x[:, :2]).square().sum(1))


def quantized(size):
    return heads.VectorQuantized(size, n_codes=4)


def squashed(size):
    return heads.Delta(size, activation="sigmoid")


EXACT = {
    "adam": (Reconstruction, {}),
    "sgd with clipping": (Reconstruction, {"optimizer": "sgd-momentum", "clip_norm": 0.1}),
    "rmsprop": (Reconstruction, {"optimizer": "rmsprop"}),
    "weight decay": (Reconstruction, {"optimizer": "adamw", "weight_decay": 0.1}),
    "pieces": (Reconstruction, {"micro_batch_size": 2}),
    "two players": (Players, {}),
    "contractive": (lambda: Reconstruction() + Contractive(), {}),
    "decorrelation": (lambda: Reconstruction() + 5 * Decorrelation(), {}),
    "sparsity": (lambda: Reconstruction() + KLSparsity(), {"code": squashed}),
    "elbo": (ELBO, {"code": StillCode}),
    "free bits": (lambda: ELBO(free_bits=0.1), {"code": StillCode}),
    "capacity": (lambda: ELBO(capacity=0.5), {"code": StillCode}),
    "iwae": (lambda: IWAE(n_samples=3), {"code": StillCode}),
    "constrained": (lambda: Constrained(tolerance=0.5), {"code": StillCode}),
    "dip": (lambda: ELBO() + DIP(), {"code": StillCode}),
    "dip of means": (lambda: ELBO() + DIP("i"), {"code": StillCode}),
    "mmd": (lambda: Reconstruction() + 10 * MMD(), {"code": StillCode}),
    "total correlation": (lambda: ELBO() + 5 * TotalCorrelation(), {"code": StillCode}),
    "codebook": (
        lambda: Reconstruction() + Quantization(decay=0.5, revive_below=0.0),
        {"code": quantized},
    ),
}


def train_case(case):
    objective, options = EXACT[case]
    return train(objective, **options)


@pytest.mark.parametrize("case", EXACT)
def test_two_processes_are_one_with_the_same_batches(case, pair):
    expected, history = train_case(case)
    both = pair(train_case, case)
    for found, told in both:
        assert torch.allclose(found, expected, rtol=0, atol=1e-9)
        assert len(told) == len(history) == 3
        for name, curve in history.curves().items():
            assert told.curve(name) == pytest.approx(curve, rel=1e-9, abs=1e-9), name
    assert torch.equal(both[0][0], both[1][0])
    assert not torch.allclose(expected, train_case_of(case, epochs=0), atol=1e-3)


def train_case_of(case, epochs):
    objective, options = EXACT[case]
    return train(objective, epochs=epochs, **options)[0]


DRAWN = {
    "elbo": (ELBO, {"code": heads.DiagonalNormal}),
    "adversarial": (Adversarial, {}),
    "factor": (Factor, {"code": heads.DiagonalNormal}),
    "revived": (
        lambda: Reconstruction() + Quantization(decay=0.5, revive_below=0.9),
        {"code": quantized},
    ),
}


def train_drawn(case, weights=0):
    objective, options = DRAWN[case]
    return train(objective, weights=weights, **options)


@pytest.mark.parametrize("case", DRAWN)
def test_with_draws_of_their_own_they_still_end_with_the_same_weights(case, pair):
    (first, _), (second, _) = pair(train_drawn, case)
    assert torch.equal(first, second)


def train_from_weights_of_its_own(case):
    return train_drawn(case, weights=Ranks.here().rank)


def test_they_start_with_the_weights_of_the_first(pair):
    (first, _), (second, _) = pair(train_from_weights_of_its_own, "elbo")
    assert torch.equal(first, second)
    assert torch.equal(first, pair(train_drawn, "elbo")[0][0])


class Noted(Reconstruction):
    """Keeps the draws of a step."""

    def forward(self, trace, info):
        self.z = trace.z.detach()
        return super().forward(trace, info)


def draws():
    objective = Noted()
    build(objective, code=heads.DiagonalNormal).fit(X[:1].expand(40, 5), epochs=1)
    return objective.z


def test_their_draws_are_different(pair):
    first, second = pair(draws)
    assert not torch.isclose(first, second).any()


class Breaks(Reconstruction):
    """Is not a number at one example."""

    def forward(self, trace, info):
        loss = super().forward(trace, info)
        bad = (trace.batch.x == X[40]).all(1) if info.step >= 6 else torch.zeros(())
        return Loss(torch.where(bad > 0, torch.nan, loss.values), loss.terms)


def diverge():
    trainer = build(Breaks())
    with pytest.raises(TrainingDivergedError) as told:
        trainer.fit(X, epochs=4)
    weights = torch.cat([p.detach().flatten() for p in trainer.model.parameters()])
    return str(told.value), trainer.step, weights


def test_a_loss_that_is_no_number_in_one_stops_both_before_the_update(pair):
    message, step, weights = diverge()
    for told, at, kept in pair(diverge):
        assert told == message and "became nan" in told
        assert at == step
        assert torch.allclose(kept, weights, atol=1e-9)


def stop_early():
    return train(Reconstruction, epochs=400, patience=3, learning_rate=0.1)


def test_they_stop_early_at_the_same_epoch_with_the_same_best_weights(pair):
    expected, history = stop_early()
    assert history.stopped == "early"
    for found, told in pair(stop_early):
        assert (len(told), told.kept, told.stopped) == (len(history), history.kept, "early")
        assert torch.allclose(found, expected, atol=1e-6)


def fit_different(what):
    rank = Ranks.here().rank
    x = X + (1e-12 * rank if what == "numbers" else 0)
    x = x[: 41 - rank] if what == "sizes" else x
    held_out = None if what == "validation" and rank else HELD_OUT
    seed = rank if what == "seeds" else 0
    with pytest.raises(ValueError) as told:
        build(Reconstruction(), seed=seed).fit(x, held_out, epochs=1 + (what == "epochs") * rank)
    return str(told.value)


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("numbers", "data"),
        ("sizes", "data"),
        ("validation", "validation"),
        ("epochs", "epochs"),
        ("seeds", "seed"),
    ],
)
def test_different_data_are_refused_in_both(what, name, pair):
    first, second = pair(fit_different, what)
    assert first == second
    assert first.startswith(f"{name} differs between processes: ")
    assert "in process 0 and" in first and "in process 1; give all the same" in first


class Crowded(Reconstruction):
    """Has too little memory for more than two examples in one of the processes."""

    def forward(self, trace, info):
        if Ranks.here().rank == 1 and len(trace.batch) > 2:
            raise torch.OutOfMemoryError("Tried to allocate 8 GiB.")
        return super().forward(trace, info)


def halve():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        learned, _ = train(Crowded, micro_batch_size="auto")
    return learned, [str(w.message) for w in caught if w.category is MicroBatchWarning]


def test_a_batch_is_cut_as_the_smallest_memory_needs_it(pair):
    expected, _ = train(Reconstruction)
    (first, told), (second, told_by_second) = pair(halve)
    assert torch.equal(first, second)
    assert torch.allclose(first, expected, atol=1e-9)
    assert len(told) == 1 and "in pieces of 2" in told[0] and not told_by_second


class Local(Reconstruction):
    uses_batch_statistics = True


class Stateful(Reconstruction):
    def after_step(self, model, batch, info):
        pass


def refuse(what):
    objective, options = REFUSED[what]
    with pytest.raises(ValueError) as told:
        build(objective(), **options)
    return str(told.value)


REFUSED = {
    "batch_size=1 is to be divided among 2 processes": (Reconstruction, {"batch_size": 1}),
    "An optimizer of all examples at once and 2": (Reconstruction, {"optimizer": "lbfgs"}),
    "Local and 2 processes do not fit": (Local, {}),
    "Stateful and 2 processes do not fit": (lambda: ELBO() + Stateful(), {}),
    "ContrastiveDivergence and 2 processes": (
        lambda: ContrastiveDivergence(persistent=True),
        {},
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_be_of_one_process_only_is_refused(what, pair):
    assert all(told.startswith(what) for told in pair(refuse, what))


def batch_norm():
    trainer = build(Reconstruction())
    trainer.model.encoder.net = torch.nn.Sequential(torch.nn.Linear(5, 2), torch.nn.BatchNorm1d(2))
    with pytest.raises(IncompatiblePartsError) as told:
        Trainer(trainer.model, Reconstruction(), device="cpu")
    return str(told.value)


def test_batch_normalisation_is_refused(pair):
    assert all("BatchNorm1d and 2 processes do not fit" in told for told in pair(batch_norm))


def compiled():
    with pytest.raises(IncompatiblePartsError) as told:
        build(Reconstruction(), compile=True).fit(X, epochs=1)
    return str(told.value)


def test_compiled_steps_are_refused(pair):
    assert all("added up over processes" in told for told in pair(compiled))


class Interrupted(Reconstruction):
    """Gets Ctrl-C in the second process."""

    def after_step(self, model, batch, info):
        if info.step == 7 and Ranks.here().rank == 1:
            signal.raise_signal(signal.SIGINT)

    gathers = True


def interrupt():
    _, history = train(Interrupted, epochs=50)
    return history.stopped, len(history)


def test_ctrl_c_in_one_ends_both_with_the_passes_that_are_whole(pair):
    assert pair(interrupt) == [("interrupted", 1), ("interrupted", 1)]


def fit_estimator():
    x = torch.rand(60, 6, generator=torch.Generator().manual_seed(0)).numpy()
    model = VAE(2, hidden_layer_sizes=(8,), max_iter=3, batch_size=16, early_stopping=True).fit(x)
    return model.transform(x), model.sample(4, random_state=0), model.score(x), model.history_


def test_an_estimator_is_the_same_in_both_also_with_a_fresh_seed(pair):
    first, second = pair(fit_estimator)
    for one, other in zip(first, second, strict=True):
        assert (one == other) if isinstance(one, float | History) else (one == other).all()
    again = pair(fit_estimator)[0]
    assert (again[0] != first[0]).any()
