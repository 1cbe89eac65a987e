"""What several processes keep, one of them can go on from, and the other way round."""

from __future__ import annotations

import errno

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import CheckpointWarning, TrainingStoppedError
from latentia.objectives import ELBO, Factor, Reconstruction
from latentia.training import Checkpoints, Ranks, Trainer, seeded
from latentia.training._states import sealed

X = torch.randn(21, 5, generator=torch.Generator().manual_seed(0)).double()
HELD_OUT = torch.randn(8, 5, generator=torch.Generator().manual_seed(1)).double()
OBJECTIVES = {"reconstruction": Reconstruction, "elbo": ELBO, "factor": Factor}


def build(objective):
    with seeded(0):
        q = heads.Delta(2) if objective == "reconstruction" else heads.DiagonalNormal(2)
        p = heads.DiagonalNormal(5, scale="shared")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )
    return Trainer(
        model, OBJECTIVES[objective](), batch_size=8, precision="float64", device="cpu", seed=3
    )


class StopsAt(Checkpoints):
    """Asks for the end after one step, in the second process if there is one."""

    def after_step(self, step, state):
        ranks = Ranks.here()
        if step == self.notes["at"] and ranks.rank == ranks.world - 1:
            assert self.stop()
        super().after_step(step, state)


def run(objective, folder=None, stop=None):
    """Train, going on with what lies in a folder, and maybe stop; return all that there is."""
    trainer = build(objective)
    kept = None if folder is None else StopsAt(folder, notes={"at": stop})
    found = None if kept is None else kept.latest()
    if found is not None:
        trainer.load_state_dict(found.state)
    if stop is not None:
        with pytest.raises(TrainingStoppedError, match=f"after step {stop}"):
            trainer.fit(X, HELD_OUT, epochs=4, patience=3, checkpoints=kept)
    else:
        trainer.fit(X, HELD_OUT, epochs=4, patience=3)
    return torch.cat([p.detach().flatten() for p in trainer.model.parameters()]), trainer.history


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("at", [1, 6, 8])
def test_two_go_on_to_the_last_bit(objective, at, pair, tmp_path):
    whole = pair(run, objective)
    pair(run, objective, tmp_path, at)
    resumed = pair(run, objective, tmp_path)
    for (expected, history), (found, told) in zip(whole, resumed, strict=True):
        assert torch.equal(found, expected)
        assert told == history


@pytest.mark.parametrize("at", [2, 6])
def test_one_goes_on_with_what_two_have_kept(at, pair, tmp_path):
    expected, history = run("reconstruction")
    pair(run, "reconstruction", tmp_path, at)
    place = tmp_path / "checkpoint-000001"
    assert len(list(place.glob("shard-*.safetensors"))) == 2
    found, told = run("reconstruction", tmp_path)
    assert torch.allclose(found, expected, atol=1e-12)
    assert told.curve("loss") == pytest.approx(history.curve("loss"), rel=1e-12)


@pytest.mark.parametrize("at", [2, 6])
def test_two_go_on_with_what_one_has_kept(at, pair, tmp_path):
    expected, _ = run("reconstruction")
    run("reconstruction", tmp_path, at)
    for found, _ in pair(run, "reconstruction", tmp_path):
        assert torch.allclose(found, expected, atol=1e-12)
    # Noise of its own begins anew in a process that was not there.
    run("elbo", tmp_path / "elbo", at)
    (first, _), (second, _) = pair(run, "elbo", tmp_path / "elbo")
    assert torch.equal(first, second)


def test_a_damaged_shard_is_noticed_by_its_checksum(pair, tmp_path):
    pair(run, "reconstruction", tmp_path, 2)
    shard = sorted(tmp_path.glob("*/shard-00002-*"))[0]
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(bytes(content))
    with pytest.warns(CheckpointWarning, match=f"the checksum of {shard.name} differs"):
        assert Checkpoints(tmp_path).latest() is None


def save_with_a_full_disk(folder, rank):
    def full(file, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    def full_too(tensors, place):
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = Checkpoints(folder)
    assert kept.save(1, {"x": torch.ones(2)})
    write, write_shard = sealed._write, sealed.write_shard
    if rank == 0:
        sealed._write = full
    elif Ranks.here().rank == 1:
        whole = write_shard

        def write_and_fail(tensors, place):
            whole(tensors, place)
            return full_too(tensors, place)

        sealed.write_shard = write_and_fail
    try:
        saved = kept.save(2, {"x": torch.ones(2)})
    finally:
        sealed._write, sealed.write_shard = write, write_shard
    return saved, sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.filterwarnings("ignore")
def test_a_full_disk_in_one_is_a_failure_in_both(rank, pair, tmp_path):
    assert pair(save_with_a_full_disk, tmp_path, rank) == [(False, ["checkpoint-000001"])] * 2
