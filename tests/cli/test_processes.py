"""Processes that train together speak with one voice, die together, and go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from latentia import artifacts
from latentia.cli import main

FIT = ["fit", "digits", "--rows", "100", "--hidden", "8", "--epochs", "3", "--seed", "4"]
#: Python runs this file first in every process; it ends the second one at its second step.
DEADLY = """
import os, signal
if os.environ.get("RANK") == "1" and os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0":
    from latentia.training import Checkpoints
    after_step = Checkpoints.after_step
    def after(self, step, state):
        if step == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        after_step(self, step, state)
    Checkpoints.after_step = after
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="torchrun is at home there")


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "first"), prepend=":")
    return lambda: (tmp_path / "first" / "sitecustomize.py").unlink()


def run(*arguments):
    return main([*arguments, "--processes", "2"])


def torchrun(*arguments):
    several = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [sys.executable, "-m", *several, "--max-restarts", "1", "-m", "latentia", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_mistake_is_told_once(capfd):
    assert run("fit", "digits", "--rows", "100", "--batch-size", "1") == 2
    told = capfd.readouterr().err
    assert told.count("latentia: error:") == 1
    assert "--batch-size 1 is to be divided among 2 processes" in told
    assert not list(Path().rglob("config.json"))


def test_one_that_is_killed_ends_the_run_with_its_reason_and_it_goes_on(deadly, capfd):
    assert run(*FIT, "--out", "a", "--checkpoint-minutes", "0", "--quiet") == 1
    told = capfd.readouterr().err
    assert told.startswith("latentia: error: process 1 of 2 was ended by SIGKILL")
    assert told.count("\n") == 1
    assert [file.name for file in Path("a").iterdir()] == ["checkpoints"]
    deadly()
    assert main(["fit", "--resume", "a", "--quiet"]) == 0
    assert artifacts.load("a").n_iter_ == 3


def test_torchrun_starts_it_again_and_it_ends_as_if_nothing_had_happened(deadly, capfd):
    every = ["--checkpoint-minutes", "0", "--quiet"]
    killed = torchrun(*FIT, "--out", "a", *every)
    assert killed.returncode == 0, killed.stderr
    assert "failed (exitcode: " in killed.stderr
    deadly()
    assert run(*FIT, "--out", "b", *every) == 0
    told = capfd.readouterr()
    assert told.out.count("digits: 100 examples") == told.out.count("report ") == 1
    assert killed.stdout.count("report ") == 1
    for name in ("model.safetensors", "history.csv"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()
    assert not Path("a/checkpoints").exists() and not Path("b/checkpoints").exists()
