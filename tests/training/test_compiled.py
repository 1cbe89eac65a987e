"""A compiled step is the step as it is written, to rounding, or says why there is none."""

from __future__ import annotations

import logging
import re
import shutil
import warnings
from functools import partial

import pytest
import torch
from torch._higher_order_ops import while_loop
from torch._inductor.utils import run_and_get_code
from torch.fx.experimental.proxy_tensor import make_fx

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import (
    CompilationWarning,
    IncompatiblePartsError,
    TrainingDivergedError,
    TrainingStoppedError,
)
from latentia.objectives import ELBO, Loss, Reconstruction
from latentia.training import Checkpoints, Linear, Trainer, seeded
from latentia.training._compiling import compiled, in_place
from latentia.training._compiling.looped import Loop
from latentia.training._compiling.products import add_biases_later, give_large_ones_to_onednn
from latentia.training._compiling.updates import counters

X = torch.rand(80, 5, generator=torch.Generator().manual_seed(0))

# The compiler itself uses what torch is about to remove.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
needs_a_compiler = pytest.mark.skipif(
    shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler"
)


def build(code=heads.DiagonalNormal):
    with seeded(0):
        q, p = code(2), heads.Bernoulli(5)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )


def train(objective, compile, model=None, epochs=3, **options):
    model = model or build()
    with seeded(0):
        trainer = Trainer(model, objective, batch_size=32, device="cpu", compile=compile, **options)
    trainer.fit(X, epochs=epochs)
    return model, trainer


def largest_difference(a, b):
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return max(float((x - y).abs().max()) for x, y in pairs)


def _falling(step):
    # No tensor could be asked so.
    return 1.0 if step < 4 else 1 / step


def _decay(base, step):
    return base**step


#: Optimisers and objectives take turns, so that each is compiled once.
CASES = {
    "plain": (ELBO, {}),
    "schedules": (
        lambda: (
            Linear(1.0, 0.5, 5)
            * (
                2.0 * ELBO(capacity=Linear(0.0, 1.0, 5))
                + partial(_decay, 0.5) * objectives.CodeNorm()
            )
        ),
        {"learning_rate": Linear(0.1, 0.0, 9)},
    ),
    "two players": (objectives.Adversarial, {"optimizer": "rmsprop"}),
    "momentum and clipping": (
        lambda: ELBO() + objectives.TotalCorrelation(),
        {"optimizer": "sgd-momentum", "clip_norm": 0.1, "weight_decay": 0.1},
    ),
    "many draws": (lambda: objectives.IWAE(3), {"optimizer": "adamw", "precision": "float64"}),
    "a schedule for each of two players": (
        lambda: objectives.Adversarial(
            weight=_falling, base=Reconstruction() + Linear(0.0, 0.1, 4) * objectives.CodeNorm()
        ),
        {},
    ),
    "no posterior": (lambda: Reconstruction("l2"), {"optimizer": "sgd", "learning_rate": 0.1}),
}


@needs_a_compiler
@pytest.mark.parametrize("case", CASES)
def test_it_is_the_step_as_written(case):
    objective, options = CASES[case]
    code = heads.Delta if case == "no posterior" else heads.DiagonalNormal
    plain, expected = train(objective(), False, build(code), **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CompilationWarning)
        fast, trainer = train(objective(), True, build(code), **options)
    assert trainer._steps.at_once > 1  # else every step has run as written, or alone
    assert largest_difference(plain, fast) < 1e-5
    assert largest_difference(plain, build(code)) > 1e-3
    for name in expected.history.curves():
        assert trainer.history.curve(name) == pytest.approx(
            expected.history.curve(name), rel=1e-4, abs=1e-6
        )


@needs_a_compiler
def test_chains_of_a_machine_move_in_it_too():
    def machine():
        with seeded(0):
            return models.RBM(5, 3)

    divergence = lambda: objectives.ContrastiveDivergence(2, persistent=True)  # noqa: E731
    plain, _ = train(divergence(), False, machine(), optimizer="sgd", learning_rate=0.1)
    fast, _ = train(divergence(), True, machine(), optimizer="sgd", learning_rate=0.1)
    assert largest_difference(plain, fast) < 1e-5


@needs_a_compiler
def test_many_steps_are_one_call_unless_something_asks_for_their_number(tmp_path):
    class Own(ELBO):
        def forward(self, trace, info):
            return ELBO(Linear(0.0, 1.0, 99)(info.step)).forward(trace, info)

    calls = []

    class Counted(Checkpoints):
        def after_step(self, step, state):
            calls.append(step)

    def steps_told(objective):
        calls.clear()
        with seeded(0):
            trainer = Trainer(build(), objective, batch_size=16, device="cpu", compile=True)
        trainer.fit(X, epochs=3, checkpoints=Counted(tmp_path))
        return list(calls)

    # The first makes what the optimiser holds. That a number is needed is seen when it is.
    assert steps_told(ELBO()) == [1, 5, 10, 15]
    assert steps_told(ELBO(beta=Linear(0.0, 1.0, 99))) == [1, 5, 10, 15]
    assert steps_told(Own()) == [1, *range(5, 16)]


@needs_a_compiler
def test_a_schedule_that_says_what_is_no_weight_is_named_before_its_step():
    with pytest.raises(ValueError, match=r"beta is -1\.0 at step 7; a weight must"):
        train(ELBO(beta=lambda step: -1.0 if step == 7 else 1.0), True)


@needs_a_compiler
@pytest.mark.parametrize(("at", "optimizer"), [(1, "adam"), (3, "adam"), (6, "adam"), (3, "sgd")])
def test_a_run_that_goes_on_ends_as_one_that_was_not_stopped(at, optimizer, tmp_path):
    class Stops(Checkpoints):
        def after_step(self, step, state):
            if step == at:
                self.stop()
            super().after_step(step, state)

    def trainer():
        with seeded(0):
            options = {"batch_size": 32, "device": "cpu", "compile": True}
            return Trainer(build(), ELBO(), optimizer=optimizer, **options)

    whole, first, second = trainer(), trainer(), trainer()
    whole.fit(X, epochs=3)
    with pytest.raises(TrainingStoppedError, match=f"after step {at}"):
        first.fit(X, epochs=3, checkpoints=Stops(tmp_path))
    second.load_state_dict(Checkpoints(tmp_path).latest().state)
    second.fit(X, epochs=3)
    assert largest_difference(whole.model, second.model) == 0
    assert whole.history == second.history


@needs_a_compiler
def test_the_step_that_diverged_is_named_among_those_of_a_call():
    messages = []
    bad = X.clone()
    bad[17, 2] = torch.nan
    for compile in (False, True):
        with seeded(0):
            trainer = Trainer(build(), ELBO(), batch_size=8, device="cpu", seed=1, compile=compile)
        trainer.fit(X, epochs=1)
        with pytest.raises(TrainingDivergedError) as raised:
            trainer.fit(bad, epochs=1)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
    assert "at step 1" in messages[0] and "at step 10 " not in messages[0]


def test_products_are_the_same_elsewhere():
    def products(x, y, bias):
        return x @ y, torch.addmm(bias, x, y.t()), torch.addmm(bias, x[:9], y)

    given = torch.randn(130, 150), torch.randn(150, 150), torch.randn(150)
    graph = make_fx(products, tracing_mode="fake")(*given)
    give_large_ones_to_onednn(graph.graph)
    add_biases_later(graph.graph)
    graph.recompile()
    counts = {
        target: len(graph.graph.find_nodes(op="call_function", target=target))
        for target in (
            torch.ops.latentia.product.default,
            torch.ops.aten.addmm.default,
            torch.ops.aten.mm.default,
        )
    }
    assert list(counts.values()) == [2, 0, 1]
    for one, other in zip(graph(*given), products(*given), strict=True):
        torch.testing.assert_close(one, other)


@needs_a_compiler
def test_a_turn_writes_over_what_it_read_and_may_exchange_it(monkeypatch):
    written = []
    write = in_place._write_over_inputs
    monkeypatch.setattr(in_place, "_write_over_inputs", lambda body: written.append(write(body)))

    def turn(slices, a, b):
        before = a.clone()
        a.copy_(b + slices[0][0])
        b.copy_(before)
        return torch.stack([a.sum().double(), before.sum().double()]), None

    x = torch.arange(15.0).reshape(5, 3)
    begin = [torch.ones(3), torch.full((3,), 7.0)]
    looped, stepped = ([t.clone() for t in begin] for _ in range(2))
    with torch._inductor.config.patch(force_disable_caches=True):
        loop = Loop(turn, 5, compiled._options(torch.device("cpu")))
        rows, _ = loop([x], 4, *looped)
    expected = [turn([x[i : i + 1]], *stepped)[0] for i in range(4)]
    assert len(written) == 1
    assert torch.equal(rows[:4], torch.stack(expected))
    assert all(torch.equal(one, other) for one, other in zip(looped, stepped, strict=True))


def test_a_loop_whose_start_is_needed_is_left_alone_or_refused():
    def loop(x):
        start = x.clone()
        (end,) = while_loop(lambda a: a.sum() < 10, lambda a: (a + 1,), (start,))
        return end + start

    graph = make_fx(loop)(torch.ones(2))
    before = [module.code for module in graph.modules()]
    with torch._inductor.config.patch(memory_planning=False):
        in_place.write_in_place(graph.graph)
    assert [module.code for module in graph.modules()] == before
    with (
        torch._inductor.config.patch(memory_planning=True),
        pytest.raises(NotImplementedError, match="needed as it was"),
    ):
        in_place.write_in_place(graph.graph)


@needs_a_compiler
def test_a_turn_asks_for_no_memory_and_for_nothing_that_no_kernel_needs():
    def turn(slices, weight, moment):
        slope = torch.mm(slices[0][0], weight)
        moment.lerp_(slope, 0.1)
        weight.sub_(moment / (moment.square().sqrt() + 1.0))
        return slope.double().sum().reshape(1), None

    def calls(**changed):
        options = {**compiled._options(torch.device("cpu")), **changed}
        loop = Loop(turn, 4, options)
        state = [torch.rand(3, 3), torch.zeros(3, 3)]
        with torch._inductor.config.patch(force_disable_caches=True):
            _, (code, *_) = run_and_get_code(loop, [torch.rand(4, 3, 3)], 4, *state)
        each = code.partition("while (1)")[2]
        names = "aoti_torch_empty_strided(", "alloc_from_pool(", "assign_tensors_out("
        return [each.count(name) for name in names]

    asked, planned, handed = calls()
    _, planned_before, handed_before = calls(_post_fusion_custom_pass=None)
    assert asked == 0
    assert planned < planned_before
    assert handed < handed_before


@needs_a_compiler
def test_a_turn_changes_its_row_only():
    def turn(slices, total):
        total.add_(slices[0][0])
        return total.double(), None

    with torch._inductor.config.patch(force_disable_caches=True):
        loop = Loop(turn, 700, compiled._options(torch.device("cpu")))
        given = [torch.rand(700, 2)], 700, torch.zeros(2)
        (rows, _), (code, *_) = run_and_get_code(loop, *given)
    torch.testing.assert_close(rows, given[0][0].double().cumsum(0), rtol=1e-5, atol=1e-5)
    assert not re.search(r"\b(700|1400)L", code.partition("while (1)")[2].partition("output_")[0])


@needs_a_compiler
@pytest.mark.parametrize("ahead", [0.0, 100.0])
def test_weights_that_have_taken_more_steps_keep_their_count(ahead):
    trained = []
    for compile in (False, True):
        model, trainer = train(ELBO(), compile, epochs=1, learning_rate=0.1)
        counts = counters(trainer._optimizers["model"])
        counts[0] += ahead
        trainer.fit(X, epochs=2)
        trained.append((model, counts))
    assert largest_difference(*(model for model, _ in trained)) < 1e-5
    written, looped = (torch.stack(counts) for _, counts in trained)
    assert torch.equal(written, looped)
    assert (written[0] - written[1]).item() == ahead
    assert trainer._steps.at_once > 1


class Resting(ELBO):
    """Leaves a weight out of its loss, once it is told to."""

    def __init__(self):
        super().__init__()
        self.extra = torch.nn.Parameter(torch.ones(3))
        self.rests = False

    def forward(self, trace, info):
        loss = super().forward(trace, info)
        values = loss.values if self.rests else loss.values + self.extra.square().sum()
        return Loss(values, loss.terms)


@needs_a_compiler
@pytest.mark.parametrize("optimizer", ["adam", "sgd-momentum"])
def test_a_weight_that_rests_is_not_counted_with_the_others(optimizer):
    trained = []
    for compile in (False, True):
        objective = Resting()
        model, trainer = train(objective, compile, epochs=1, optimizer=optimizer)
        objective.rests = True
        trainer.fit(X, epochs=2)
        trained.append((model, counters(trainer._optimizers["model"]), objective.extra))
    assert trainer._steps.at_once > 1
    (plain, written, one), (fast, looped, other) = trained
    assert largest_difference(plain, fast) < 1e-5
    assert torch.allclose(one, other) and not torch.equal(one, torch.ones(3))
    assert len({float(count) for count in written}) == len(written[:2])
    assert [float(count) for count in written] == [float(count) for count in looped]


def test_the_compiler_speaks_of_itself_to_nobody():
    log = logging.getLogger("torch._inductor.ir")
    before = log.level
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with compiled._quietly():
            for module in ("torch._inductor.lowering", "somebody.s"):
                warnings.warn_explicit("old", FutureWarning, "a.py", 1, module=module)
            assert not log.isEnabledFor(logging.WARNING)
            assert log.isEnabledFor(logging.ERROR)
    assert len(seen) == 1
    assert log.level == before


class Bank(ELBO):
    """Keeps the first example of every step."""

    def __init__(self):
        super().__init__()
        self.register_buffer("at", torch.zeros((), dtype=torch.int64))
        self.register_buffer("bank", torch.zeros(64, 5))

    def after_step(self, model, batch, info):
        self.bank.index_copy_(0, self.at.reshape(1), batch.x[:1])
        self.at.add_(1)


@needs_a_compiler
def test_a_place_that_moves_is_written_to_before_it_does():
    (_, plain), (_, fast) = (train(Bank(), compile, epochs=5) for compile in (False, True))
    assert fast._steps.at_once > 1
    assert torch.equal(plain.objective.bank, fast.objective.bank)
    assert (plain.objective.bank.sum(1) > 0).sum() == 15


def test_without_a_compiler_it_says_so(monkeypatch):
    monkeypatch.setattr(compiled, "_REPAYS", 1)
    with torch._inductor.config.patch({"cpp.cxx": (None, "/nowhere/g++")}):
        with pytest.raises(IncompatiblePartsError, match=r"no C\+\+ compiler; install g\+\+"):
            train(ELBO(), True)
        with pytest.warns(CompilationWarning, match="runs uncompiled: there is no C"):
            train(ELBO(), "auto", epochs=1)


class Stubborn(ELBO):
    """What no compiler follows."""

    def forward(self, trace, info):
        torch._dynamo.graph_break()
        return super().forward(trace, info)


@pytest.mark.parametrize(
    ("objective", "options", "reason"),
    [
        (ELBO, {"micro_batch_size": 8}, "micro-batches"),
        (ELBO, {"optimizer": torch.optim.Adagrad}, "Adagrad is none of"),
        (Stubborn, {}, "graph_break"),
    ],
    ids=["micro-batches", "optimizer", "code"],
)
def test_what_cannot_be_compiled_says_why(objective, options, reason, monkeypatch):
    with pytest.raises(IncompatiblePartsError, match=rf"compile=True.*{reason}.*compile='auto'"):
        train(objective(), True, **options)
    plain, _ = train(objective(), False, **options)
    monkeypatch.setattr(compiled, "_REPAYS", 1)
    with pytest.warns(CompilationWarning, match=f"runs uncompiled: .*{reason}"):
        model, _ = train(objective(), "auto", **options)
    assert largest_difference(plain, model) == 0


def test_short_runs_are_not_compiled():
    _, trainer = train(ELBO(), "auto", epochs=1)
    assert not isinstance(trainer._steps, compiled.CompiledSteps)
    assert compiled.repays(1_000_000)


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="compile='always' must be True, False or 'auto'"):
        train(ELBO(), "always")
