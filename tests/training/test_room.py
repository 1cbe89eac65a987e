"""A batch that is larger than memory: one sentence, or pieces that add up to the same step."""

from __future__ import annotations

import warnings

import pytest
import torch

from latentia import Autoencoder, conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError, MicroBatchWarning, OutOfMemoryError
from latentia.objectives import ELBO, Decorrelation, Loss, Objective, Reconstruction
from latentia.training import Trainer, seeded
from latentia.training._processes.sharing import check_triable

X = torch.randn(50, 5, generator=torch.Generator().manual_seed(0)).double()
ON_GPU = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
ON_CPU = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you "
    "tried to allocate 4503599627370496 bytes. Error code 12 (Cannot allocate memory)"
)


class Crowded(networks.MLP):
    """A network that has room for so many examples, and counts those it is given."""

    room, error, from_call = 10**9, ON_GPU, 0

    def forward(self, x):
        self.seen = [*getattr(self, "seen", []), len(x)]
        if len(x) > self.room and len(self.seen) > self.from_call:
            raise self.error
        return super().forward(x)


class Normed(Crowded):
    """The same with running statistics, which every pass changes."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.norm = torch.nn.BatchNorm1d(5)

    def forward(self, x):
        return super().forward(self.norm(x))


def build(room=10**9, network=Crowded, objective=None, code=heads.Delta, **options):
    with seeded(0):
        q, p = code(2), heads.DiagonalNormal(5, scale="shared")
        net = network(5, q.n_params, (8,))
        model = models.LatentVariableModel(
            conditional.Amortized(net, q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )
    net.room = room
    options = {"batch_size": 20, "precision": "float64", "device": "cpu", **options}
    return Trainer(model, objective or Reconstruction(), **options), net


def state(trainer):
    return torch.cat([t.detach().double().flatten() for t in trainer.model.state_dict().values()])


def quietly(trainer, epochs=3, data=X, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", MicroBatchWarning)
        trainer.fit(data, epochs=epochs, **options)
    return state(trainer)


@pytest.mark.parametrize("options", [{}, {"optimizer": "lbfgs"}, {"compile": False}])
@pytest.mark.parametrize("error", [ON_GPU, ON_CPU])
@pytest.mark.parametrize("room", [1, 6, 12])
def test_halves_add_up_to_the_same_step(room, error, options):
    whole, _ = build(**options)
    expected = quietly(whole)
    parts, net = build(room, micro_batch_size="auto", **options)
    net.error = error
    n = 50 if options.get("optimizer") == "lbfgs" else 20
    piece = next(n // 2**i for i in range(9) if n // 2**i <= room)
    told = f"of (all )?{n} examples does not fit in the memory of cpu; .* pieces of {piece}, "
    with pytest.warns(MicroBatchWarning, match=told) as caught:
        parts.fit(X, X[:30], epochs=3)
    assert len(caught) == 1
    assert torch.allclose(state(parts), expected, atol=1e-8)
    assert parts.history.curve("loss") == pytest.approx(whole.history.curve("loss"), rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"network": Normed, "objective": ELBO(), "code": heads.DiagonalNormal},
        {"objective": Reconstruction() + Decorrelation()},
        {"objective": ELBO(), "code": heads.DiagonalNormal, "optimizer": "lbfgs"},
        {"corruption": lambda x: x + torch.randn_like(x)},
    ],
)
def test_a_batch_that_fits_is_trained_on_with_the_same_bits(options):
    whole, _ = build(**options)
    tried, _ = build(micro_batch_size="auto", **options)
    random = torch.get_rng_state()
    for _ in range(2):
        assert torch.equal(quietly(whole), quietly(tried))
    assert whole.history.records == tried.history.records
    assert torch.equal(torch.get_rng_state(), random)


def test_a_second_call_goes_on_with_pieces_and_cuts_again_where_it_must():
    trainer, net = build(12, micro_batch_size="auto", batch_size=40)
    quietly(trainer, data=X[:10])
    with pytest.warns(MicroBatchWarning, match="40 examples .* in pieces of 10"):
        trainer.fit(X, epochs=1)
    net.seen = []
    quietly(trainer, epochs=1)
    assert max(net.seen) == 10
    net.room = 5
    with pytest.warns(MicroBatchWarning, match="in pieces of 5"):
        trainer.fit(X, epochs=1)


def test_compiling_is_refused_only_where_a_batch_is_cut():
    trainer, _ = build(12, micro_batch_size="auto", compile=True)
    with (
        pytest.warns(MicroBatchWarning),
        pytest.raises(IncompatiblePartsError, match="micro-batches are added up in a loop"),
    ):
        trainer.fit(X, epochs=1)


@pytest.mark.parametrize("error", [ON_GPU, ON_CPU])
def test_without_being_asked_it_is_one_sentence(error):
    trainer, net = build(12)
    net.error = error
    before = state(trainer)
    with pytest.raises(OutOfMemoryError) as told:
        trainer.fit(X, epochs=1)
    assert str(told.value) == (
        "A batch of 20 examples does not fit in the memory of cpu; give micro_batch_size=10 or "
        "micro_batch_size='auto', for pieces that add up to the same step, or batch_size=10, for "
        "smaller steps."
    )
    assert isinstance(told.value, MemoryError) and told.value.__suppress_context__
    assert torch.equal(state(trainer), before)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"micro_batch_size": 16}, "in pieces of 16; give micro_batch_size=8 or"),
        ({"optimizer": "lbfgs"}, r"all 50 .*; give micro_batch_size=25 or .* optimizer='adam'"),
        (
            {"objective": Reconstruction() + Decorrelation()},
            "cpu, and its loss is none that pieces add up to; give batch_size=10, for",
        ),
        ({"room": 0, "micro_batch_size": "auto"}, "not even one at a time; use a smaller network"),
        ({"room": 0, "batch_size": 1}, "of 1 example does not fit .* use a smaller network"),
    ],
)
def test_the_sentence_says_what_would_help(options, match):
    trainer, _ = build(**{"room": 12, **options})
    with pytest.raises(OutOfMemoryError, match=match):
        trainer.fit(X, epochs=1)


@pytest.mark.parametrize("when", ["step", "measurement"])
def test_weights_are_those_of_the_last_whole_epoch_and_training_goes_on(when):
    good, _ = build()
    expected = quietly(good, epochs=2, validation=X)
    trainer, net = build(12)
    # An epoch has three steps, and three measurements of held-out examples.
    net.from_call = 13 if when == "step" else 16
    with pytest.raises(OutOfMemoryError):
        trainer.fit(X, X, epochs=5)
    assert torch.equal(state(trainer), expected)
    assert trainer.history.kept == 2 and not trainer.model.training
    net.room = 20
    quietly(trainer, epochs=1)
    assert trainer.history.curve("loss")[-1] < trainer.history.curve("loss")[0]


@pytest.mark.parametrize("size", [None, "auto"])
def test_other_errors_pass_untouched(size):
    trainer, net = build(12, micro_batch_size=size)
    net.error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError) as raised:
        trainer.fit(X, epochs=1)
    assert raised.value is net.error


class TwoPhases(Objective):
    def forward(self, trace, info):
        raise AssertionError("two phases")

    def losses(self, model, batch, info):
        for _ in range(2):
            yield "model", Loss(model.trace(batch).z.square().sum((0, 2)))


@pytest.mark.parametrize(
    "options",
    [
        {"objective": Reconstruction() + Decorrelation()},
        {"objective": TwoPhases()},
        {"network": Normed},
    ],
    ids=["statistic of the batch", "several losses", "batch normalisation"],
)
def test_what_cannot_be_cut_runs_whole_or_asks_for_smaller_steps(options):
    fits, _ = build(micro_batch_size="auto", **options)
    quietly(fits)
    trainer, _ = build(12, micro_batch_size="auto", **options)
    before = state(trainer)
    with pytest.raises(OutOfMemoryError, match=r"20 examples .* none that pieces.*batch_size=10"):
        trainer.fit(X, epochs=1)
    assert torch.equal(state(trainer), before)


def test_a_fitted_model_takes_smaller_blocks_where_it_must():
    model = Autoencoder(max_iter=1, verbose=False, random_state=0).fit(X.numpy())
    codes, energies = model.transform(X.numpy()), model.energy(X.numpy())
    encoder = model.model_.encoder
    encoder.net.__class__ = Crowded
    encoder.net.room = 6
    with pytest.warns(MicroBatchWarning, match="50 examples at once do not fit .* 6 at a time"):
        assert torch.allclose(torch.from_numpy(model.transform(X.numpy())), torch.from_numpy(codes))
    with pytest.warns(MicroBatchWarning):
        assert model.energy(X.numpy()) == pytest.approx(energies, rel=1e-6)
    encoder.net.room = 0
    with pytest.raises(OutOfMemoryError, match="Not even one example fits in the memory of cpu"):
        model.transform(X.numpy())


def test_layers_that_wait_for_other_processes_cannot_be_tried_by_one():
    trainer, _ = build(network=Normed)
    check_triable(trainer.model, 2)
    model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(trainer.model)
    check_triable(model, 1)
    with pytest.raises(IncompatiblePartsError, match="wait for all 2 processes"):
        check_triable(model, 2)


def test_words_that_are_no_size_are_refused():
    with pytest.raises(ValueError, match="micro_batch_size='many' must be a number, 'auto'"):
        build(micro_batch_size="many")
    quick = {"max_iter": 1, "verbose": False}
    with pytest.raises(ValueError, match=r"micro_batch_size='many' must be .* 'auto', or None"):
        Autoencoder(micro_batch_size="many", **quick).fit(X.numpy())
    Autoencoder(micro_batch_size="auto", **quick).fit(X.numpy())
