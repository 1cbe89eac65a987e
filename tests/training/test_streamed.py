"""A pass over a stream takes every example once, in an order that depends on the seed only."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from latentia import conditional, data, heads, models, networks, priors
from latentia._share import rows_of
from latentia.errors import TrainingStoppedError
from latentia.models import Batch
from latentia.objectives import ELBO
from latentia.training import Checkpoints, Trainer, seeded, unread
from latentia.training._data.batches import Batches
from latentia.training._data.examples import Block
from latentia.training._data.placing import all_of
from latentia.training._data.prefetch import prefetched
from latentia.training._data.streamed import Streamed
from latentia.training._processes.ranks import Ranks

N = 1000
NUMBERED = np.arange(N, dtype=np.float32)[:, None] * [1.0, 0.5]
PLACE = Batches(torch.device("cpu"), torch.float32, lambda x: x, None)
ROW = NUMBERED.itemsize * 2


class Among(Ranks):
    def __init__(self, rank, world):
        self.rank, self.world = rank, world


def streamed(source=NUMBERED, batch_size=16, rows=64, ranks=None):
    batch = Batch(unread(data.stream(source)), labels=torch.arange(N))
    return Streamed(batch, PLACE, batch_size, ranks or Ranks(), rows * ROW)


def a_pass(examples, seed=0, done=0):
    """Return where blocks begin, the rows in the order of steps, and the generator's state."""
    order = torch.Generator().manual_seed(seed)
    starts, rows = [], []
    for start, batch, indices in examples.shuffled(order, done):
        assert torch.equal(batch.x[:, 0].long(), batch.labels)
        starts.append(start)
        rows += batch.labels[indices].tolist()
    return starts, rows, order.get_state()


@pytest.mark.parametrize("rows", [1, 16, 64, 100, 999, 1000, 5000])
def test_every_row_once(rows):
    starts, found, _ = a_pass(streamed(rows=rows))
    assert sorted(found) == [*range(N)]
    assert all(start % 16 == 0 for start in starts)


def test_the_order_is_of_the_seed_and_of_the_pass():
    examples = streamed()
    order = torch.Generator().manual_seed(0)
    first, second = ([b.batch.labels[b.order] for b in examples.shuffled(order, 0)] for _ in "12")
    assert not torch.equal(torch.cat(first), torch.cat(second))
    assert a_pass(streamed())[1] == torch.cat(first).tolist() != a_pass(streamed(), seed=1)[1]


def test_rows_are_far_from_where_they_were():
    # Of a uniform order, the mean distance is a third of all rows, with a deviation of 7.5.
    _, found, _ = a_pass(streamed())
    assert abs(np.abs(np.array(found) - np.arange(N)).mean() - N / 3) < 45


def test_what_is_done_is_not_read():
    class Counted(type(data.stream(NUMBERED))):
        reads = 0

        def read(self, start, stop):
            self.reads += stop - start
            return super().read(start, stop)

    source = Counted(NUMBERED)
    starts, found, state = a_pass(streamed(source))
    assert source.reads == N
    later, rest, same = a_pass(streamed(source), done=500)
    assert later == starts[7:] and rest == found[448:] and torch.equal(state, same)
    assert source.reads == N + len(rest)


@pytest.mark.parametrize("world", [2, 3, 7])
@pytest.mark.parametrize("rows", [48, 5000])
def test_processes_share_each_step_and_read_nothing_twice(world, rows):
    steps = []
    for rank in range(world):
        own, read = [], 0
        order = torch.Generator().manual_seed(0)
        for _, batch, indices in streamed(rows=rows, ranks=Among(rank, world)).shuffled(order, 0):
            read += len(batch)
            for index in indices.split(16):
                part = rows_of(len(index), rank, world)
                own.append(batch.labels[index[part.start : part.stop]])
        assert read == sum(map(len, own))
        steps.append(own)
    assert len({len(own) for own in steps}) == 1
    assert sorted(torch.cat([torch.cat(own) for own in steps]).tolist()) == [*range(N)]


def test_what_comes_in_its_order_is_shuffled_within_blocks():
    batches = [NUMBERED[i : i + 30] for i in range(0, N, 30)]
    _, found, _ = a_pass(streamed(batches))
    assert sorted(found) == [*range(N)] and found != [*range(N)]
    assert [row // 64 for row in found] == [i // 64 for i in range(N)]


def test_all_at_once_is_refused():
    with pytest.raises(ValueError, match=r"1,000 examples are needed at once.*'adam'"):
        all_of(streamed())
    assert len(streamed().head(20)) == 20 and len(streamed().head(N)) == 64
    assert len(all_of(streamed(rows=N + 8))) == N


def test_an_error_comes_when_its_result_would():
    def fail():
        raise OSError("the disk is gone")

    results = prefetched([lambda: 1, lambda: 2, fail])
    assert (next(results), next(results)) == (1, 2)
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


def test_nothing_goes_on_behind_a_pass_that_was_left():
    before = threading.active_count()
    results = prefetched([lambda: 1, lambda: 2, lambda: 3])
    next(results)
    assert threading.active_count() == before + 1
    results.close()
    assert threading.active_count() == before


X = torch.randn(200, 5, generator=torch.Generator().manual_seed(0))


class InMemory:
    """The blocks of a stream, all read before."""

    def __init__(self, examples):
        self.examples = examples

    def __len__(self):
        return len(X)

    def head(self, n):
        return Batch(X[:n])

    def shuffled(self, order, done):
        for start, batch, indices in self.examples.shuffled(order, 0):
            where = (X[:, None] == batch.x[None]).all(-1).int().argmax(0)
            yield Block(start, Batch(X), where[indices])

    def in_order(self):
        yield Batch(X)


def build():
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(5, scale="shared")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,), dropout=0.2), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )
    return Trainer(model, ELBO(), batch_size=8, device="cpu", seed=3)


def assert_same(a, b):
    for x, y in zip(a.model.state_dict().values(), b.model.state_dict().values(), strict=True):
        assert torch.equal(x, y)
    assert a.history == b.history


def test_a_stream_of_one_block_trains_as_a_tensor_does():
    one, other = build(), build()
    one.fit(X, X[:40], epochs=2)
    other.fit(data.stream(X), data.stream(X[:40]), epochs=2)
    assert_same(one, other)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(Streamed.__init__, "__defaults__", (Ranks(), 48 * 5 * 4))


def test_blocks_train_as_their_examples_do_in_memory(small_blocks):
    one, other = build(), build()
    one.fit(data.stream(X), epochs=2)
    blocks = Streamed(Batch(unread(data.stream(X))), PLACE, 8)
    assert len(list(blocks.shuffled(torch.Generator(), 0))) == 5
    other.fit(InMemory(blocks), epochs=2)
    assert_same(one, other)


class StopsAt(Checkpoints):
    def after_step(self, step, state):
        if step == self.notes["at"]:
            assert self.stop()
        super().after_step(step, state)


@pytest.mark.parametrize("at", [1, 6, 8, 25, 44])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(at, tmp_path, small_blocks):
    whole = build()
    whole.fit(data.stream(X), epochs=2)
    with pytest.raises(TrainingStoppedError):
        build().fit(data.stream(X), epochs=2, checkpoints=StopsAt(tmp_path, notes={"at": at}))
    trainer = build()
    trainer.load_state_dict(Checkpoints(tmp_path).latest().state)
    trainer.fit(data.stream(X), epochs=2)
    assert_same(whole, trainer)
