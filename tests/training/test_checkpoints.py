"""Checkpoints are whole or passed over, and few; a full disk does not end training."""

from __future__ import annotations

import errno
import math

import pytest
import torch

from latentia.errors import CheckpointWarning, TrainingStoppedError
from latentia.training import Checkpoints
from latentia.training._states import sealed
from latentia.training._states.checkpoints import watched

STATE = {
    "weights": {"a": torch.randn(3, 2), "b": torch.zeros(0), "c": torch.tensor(True)},
    "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "betas": (0.9, 0.999)},
    "nothing": None,
    "numbers": [1, 0.1, math.inf, "text"],
    "random": torch.get_rng_state(),
}


def assert_equal(a, b):
    assert type(a) is type(b)
    if isinstance(a, torch.Tensor):
        assert a.dtype == b.dtype and torch.equal(a, b)
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_equal(a[key], b[key])
    elif isinstance(a, list | tuple):
        for x, y in zip(a, b, strict=True):
            assert_equal(x, y)
    else:
        assert a == b


@pytest.fixture
def kept(tmp_path):
    """Three were written, of which two are kept."""
    checkpoints = Checkpoints(tmp_path / "kept", notes={"seed": 5})
    for step in (1, 2, 3):
        checkpoints.save(step, {"step": step, "weights": torch.full((4,), float(step))})
    return checkpoints


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_what_is_read_is_what_was_written(tmp_path):
    Checkpoints(tmp_path, notes={"of": (1, 2)}).save(1, STATE)
    found = Checkpoints(tmp_path).latest()
    assert_equal(found.state, STATE)
    assert found.notes == {"of": (1, 2)}


def test_the_last_are_kept(kept):
    assert names(kept.folder) == ["checkpoint-000002", "checkpoint-000003"]
    assert kept.latest().state["step"] == 3


@pytest.mark.parametrize("name", ["tensors.safetensors", "state.json", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["truncated", "changed", "gone", "empty"])
def test_a_damaged_one_is_passed_over_and_said(name, damage, kept):
    file = kept.folder / "checkpoint-000003" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes({"truncated": content[:-7], "empty": b""}.get(damage, bytes(content)))
    if damage == "gone":
        file.unlink()
    with pytest.warns(CheckpointWarning, match="000003 is damaged .* the one before it is used"):
        assert kept.latest().state["step"] == 2
    kept.save(4, {"step": 4})
    assert kept.latest().state["step"] == 4


def test_with_none_that_is_whole_there_is_none(kept):
    for file in kept.folder.glob("*/state.json"):
        file.write_text("{}")
    with pytest.warns(CheckpointWarning):
        assert kept.latest() is None
    assert Checkpoints(kept.folder / "elsewhere").latest() is None


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_full_disk_leaves_what_there_is_and_is_said(at, kept, monkeypatch):
    write, written = sealed._write, []

    def full(file, content):
        written.append(file)
        if len(written) > at:
            file.write_bytes(content[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(file, content)

    before = names(kept.folder)
    monkeypatch.setattr(sealed, "_write", full)
    with pytest.warns(CheckpointWarning, match="No space left on device.*training goes on"):
        assert not kept.save(4, {"step": 4})
    assert names(kept.folder) == before
    monkeypatch.undo()
    assert kept.save(5, {"step": 5}) and kept.latest().state["step"] == 5


def test_what_an_interrupted_write_left_is_swept_away(kept):
    (kept.folder / ".partial-x").mkdir()
    (kept.folder / ".partial-x" / "state.json").write_text("{")
    assert kept.latest().state["step"] == 3
    kept.save(4, {"step": 4})
    assert names(kept.folder) == ["checkpoint-000003", "checkpoint-000004"]


def test_they_come_as_often_as_was_asked(tmp_path):
    checkpoints = Checkpoints(tmp_path, every_steps=3, every_minutes=None, keep=100)
    with watched(checkpoints, step=5):
        for step in range(6, 16):
            checkpoints.after_step(step, lambda step=step: {"step": step})
    assert len(names(tmp_path)) == 3 and checkpoints.latest().state["step"] == 14


def test_stop_saves_where_there_is_training_and_says_where_there_is_none(tmp_path):
    checkpoints = Checkpoints(tmp_path, every_minutes=None)
    assert not checkpoints.stop()
    with watched(checkpoints), pytest.raises(TrainingStoppedError, match=str(tmp_path)):
        assert checkpoints.below("part").noting({"more": 1}).stop()
        checkpoints.after_step(1, lambda: {"step": 1})
    assert checkpoints.latest().state == {"step": 1}


def test_notes_of_a_run_are_found_with_its_parts(tmp_path):
    whole = Checkpoints(tmp_path, notes={"seed": 1})
    assert whole.noted() is None
    whole.below("layer-1").noting({"seed": 2}).save(1, {})
    assert whole.noted() == {"seed": 1}


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"every_steps": 0}, "every_steps=0"),
        ({"every_minutes": -1}, "every_minutes=-1"),
        ({"keep": 0}, "keep=0"),
    ],
)
def test_numbers_outside_their_range_are_named(options, match, tmp_path):
    with pytest.raises(ValueError, match=match):
        Checkpoints(tmp_path, **options)


def test_what_a_checkpoint_cannot_hold_is_named(tmp_path):
    with pytest.raises(TypeError, match=r"state\.optimizer\.hook is <"):
        Checkpoints(tmp_path).save(1, {"optimizer": {"hook": object()}})
    assert Checkpoints(tmp_path).latest() is None
