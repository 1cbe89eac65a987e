"""Estimators learn from what is larger than memory as from arrays, and in bounded memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from latentia import VAE, Autoencoder, SemiSupervisedVAE, StackedAutoencoder
from latentia.data import stream
from latentia.errors import TrainingStoppedError
from latentia.training import Checkpoints
from latentia.training._data.streamed import Streamed
from latentia.training._processes.ranks import Ranks

X = np.random.default_rng(0).normal([2, 0, -1], [1, 3, 0.1], size=(500, 3)).astype(np.float32)
QUICK = {"max_iter": 2, "batch_size": 32, "random_state": 0, "verbose": False, "device": "cpu"}


def vae(**options):
    return VAE(2, hidden_layer_sizes=(8,), **{**QUICK, **options})


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(Streamed.__init__, "__defaults__", (Ranks(), 96 * 12))


@pytest.mark.parametrize("estimator", [vae(), Autoencoder(2, penalty="l1", **QUICK)])
def test_one_block_is_learned_from_as_the_array(estimator, tmp_path):
    np.save(tmp_path / "x.npy", X)
    whole = estimator.fit(X)
    codes, scores, offset = whole.transform(X), whole.score_samples(X[:40]), whole.offset_
    for given in (stream(X), tmp_path / "x.npy", str(tmp_path / "x.npy")):
        model = estimator.fit(given)
        np.testing.assert_array_equal(model.transform(X), codes)
        np.testing.assert_array_equal(model.transform(given), codes)
        np.testing.assert_array_equal(model.score_samples(stream(X[:40])), scores)
        assert model.offset_ == offset
        np.testing.assert_array_equal(model.reconstruct(given), model.reconstruct(X))
        np.testing.assert_array_equal(model.predict(given), model.predict(X))


def test_conditions_follow_their_examples(small_blocks):
    # y is x itself: with a wrong one, a linear decoder of y alone could not explain x.
    x = X[:, :1]
    options = {"condition": "y", "conditioned": ["decoder"], "learning_rate": 0.1, "max_iter": 20}
    model = VAE(1, hidden_layer_sizes=(), **{**QUICK, **options}).fit(stream(x), x[:, 0])
    error = np.square(model.reconstruct(x, x[:, 0]) - x).mean()
    assert error < 0.05 * x.var()


def test_held_out_are_some_runs_and_no_training(small_blocks):
    model = vae(early_stopping=True, n_iter_no_change=5)
    seen = {}
    model._run = lambda trainer, train, held_out, n: seen.update(train=train, held_out=held_out)
    model._set_learned = lambda *_: None
    model.fit(stream(X))
    parts = [seen[name].x.numpy()[:] for name in ("train", "held_out")]
    assert [len(part) for part in parts] == [450, 50]
    both = np.concatenate(parts)
    np.testing.assert_array_equal(both[np.lexsort(both.T)], X[np.lexsort(X.T)])


def test_chunks_of_a_stream_are_learned_one_after_the_other():
    one, other = vae(), vae()
    for part in np.split(X, 2):
        one.partial_fit(part)
        other.partial_fit(stream(part))
    np.testing.assert_array_equal(one.transform(X), other.transform(X))


class StopsAt(Checkpoints):
    def after_step(self, step, state):
        if step == self.notes["at"]:
            assert self.stop()
        super().after_step(step, state)


def test_a_fit_that_was_stopped_goes_on(tmp_path, small_blocks):
    whole = vae(early_stopping=True).fit(stream(X))
    with pytest.raises(TrainingStoppedError):
        vae(early_stopping=True, checkpoints=StopsAt(tmp_path, notes={"at": 9})).fit(stream(X))
    with pytest.raises(ValueError, match="training X was 450 x 3 of float32"):
        vae(early_stopping=True, checkpoints=tmp_path).fit(stream(X[::-1]))
    resumed = vae(early_stopping=True, checkpoints=tmp_path).fit(stream(X))
    np.testing.assert_array_equal(resumed.transform(X), whole.transform(X))
    assert resumed.history_ == whole.history_


def test_what_cannot_be_learned_from_is_said():
    with pytest.raises(ValueError, match=r"contains NaN .* the first is nan at index \[7, 1\]"):
        vae().fit(stream(np.where(X[7, 1] == X, np.nan, X)))
    with pytest.raises(ValueError, match="1 row; at least 2 are needed"):
        vae().fit(stream(X[:1]))
    with pytest.raises(ValueError, match=r"StackedAutoencoder keeps the codes .* X is a stream"):
        StackedAutoencoder([3, 2], **QUICK).fit(stream(X))
    with pytest.raises(ValueError, match=r"SemiSupervisedVAE divides .* X is a stream"):
        SemiSupervisedVAE(2, **QUICK).fit(stream(X), np.arange(500) % 2)
    with pytest.raises(ValueError, match="3 features"):
        vae().fit(X).transform(stream(X[:, :2]))


def test_all_at_once_is_refused_where_it_is_too_much(small_blocks):
    with pytest.raises(ValueError, match="500 examples are needed at once"):
        vae(optimizer="lbfgs").fit(stream(X))


MEASURED = """
import resource, sys
import numpy as np
from latentia import Autoencoder

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

rng = np.random.default_rng(0)
rows = np.lib.format.open_memmap(sys.argv[1], mode="w+", dtype=np.float32, shape=(140_000, 1024))
rows[::14_000] = rng.normal(size=(10, 1024))  # a sparse file: all else is zeros that take no place
del rows
quick = dict(hidden_layer_sizes=(), batch_size=4096, max_iter=1, random_state=0, verbose=False)
Autoencoder(2, **quick).fit(rng.normal(size=(5000, 1024)).astype(np.float32))
before = peak()
model = Autoencoder(2, **quick).fit(np.load(sys.argv[1], mmap_mode="r"))
assert model.history_.records[-1]["step"] == 35
print(peak() - before)
"""


def test_memory_is_bounded(tmp_path):
    """A file of 570 MB takes three blocks of 64 MB, and what is computed with them."""
    out = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "rows.npy")],
        capture_output=True, text=True, check=True, env={"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert int(out.stdout) < 320 * 2**20
