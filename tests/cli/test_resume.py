"""SIGTERM saves; --resume goes on with the run's own settings, and ends the same."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from latentia.cli import main
from latentia.training import Checkpoints

FIT = ["fit", "digits", "--rows", "100", "--hidden", "8", "--epochs", "3", "--seed", "4"]
FILES = ("model.safetensors", "history.csv", "metrics.json", "config.json")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no SIGTERM to be handled")


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture
def signalled(monkeypatch):
    """Have a signal come after the second step; undone by calling it."""
    after_step = Checkpoints.after_step

    def arrange(number):
        def after(self, step, state):
            if step == 2:
                signal.raise_signal(number)
            after_step(self, step, state)

        monkeypatch.setattr(Checkpoints, "after_step", after)
        return lambda: monkeypatch.setattr(Checkpoints, "after_step", after_step)

    return arrange


def test_sigterm_saves_and_resume_ends_as_if_nothing_had_happened(signalled, capsys):
    undo = signalled(signal.SIGTERM)
    before = signal.getsignal(signal.SIGTERM)
    assert run(*FIT, "--out", "a", "--quiet") == 143
    told = capsys.readouterr().err
    assert "stopped after step 2" in told and told.endswith("latentia fit --resume a.\n")
    assert signal.getsignal(signal.SIGTERM) is before
    assert [file.name for file in Path("a").iterdir()] == ["checkpoints"]
    undo()
    assert run("fit", "--resume", "a", "--quiet") == 0
    assert run(*FIT, "--out", "b", "--quiet") == 0
    for name in FILES:
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()
    assert not Path("a/checkpoints").exists() and not Path("b/checkpoints").exists()
    assert run("fit", "--resume", "a") == 2
    assert "is finished" in capsys.readouterr().err


@pytest.fixture
def stopped(signalled, capsys):
    undo = signalled(signal.SIGTERM)
    assert run(*FIT, "--out", "a", "--quiet") == 143
    undo()
    capsys.readouterr()
    return Path("a")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["fit", "--resume", "a", "--epochs", "9"], "with --epochs 3, not --epochs 9"),
        (["fit", "iris", "--resume", "a"], "with DATA digits, not DATA iris"),
        (["fit", "--resume", "a", "--seed", "5"], "with --seed 4, not --seed 5"),
        (["fit", "--resume", "a", "--patience", "0"], "with no --patience 0, not --patience 0"),
        (["fit", "--resume", "a", "--beta", "2"], "with no --beta, not --beta 2"),
        (["fit", "--resume", "b"], "b holds no checkpoint"),
        (["fit", "--resume", "a", "--out", "b"], "--out"),
        ([*FIT, "--out", "a"], "latentia fit --resume a, or add --overwrite"),
        (["fit"], "fit needs DATA"),
    ],
)
def test_what_does_not_go_on_is_refused(arguments, match, stopped, capsys):
    before = sorted(map(str, Path().rglob("*")))
    assert run(*arguments) == 2
    assert match in capsys.readouterr().err
    assert sorted(map(str, Path().rglob("*"))) == before


def test_other_data_under_the_same_name_are_refused(signalled, capsys):
    Path("t.csv").write_text("a,b\n" + "".join(f"{i},{i * i % 7}\n" for i in range(40)))
    undo = signalled(signal.SIGTERM)
    fit = ["fit", "t.csv", "--epochs", 4, "--hidden", 4, "--out", "t", "--quiet"]
    assert run(*fit) == 143
    undo()
    Path("t.csv").write_text("a,b\n" + "".join(f"{i},{i * i % 5}\n" for i in range(40)))
    assert run("fit", "--resume", "t") == 2
    assert "training X was" in capsys.readouterr().err


def test_overwriting_starts_anew(stopped):
    other = [argument if argument != "3" else "1" for argument in FIT]
    assert run(*other, "--out", "a", "--overwrite", "--quiet") == 0
    assert len(Path("a/history.csv").read_text().splitlines()) == 2


def test_after_ctrl_c_a_run_with_checkpoints_goes_on_too(signalled):
    undo = signalled(signal.SIGINT)
    every = ["--checkpoint-minutes", "0", "--quiet"]
    assert run(*FIT, "--out", "a", *every) == 0
    assert Path("a/checkpoints").exists() and "interrupted" in Path("a/metrics.json").read_text()
    undo()
    assert run("fit", "--resume", "a", "--quiet") == 0
    assert run(*FIT, "--out", "b", "--quiet") == 0
    for name in FILES:
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


def test_ctrl_c_keeps_the_layers_that_are_done(signalled, capsys):
    undo = signalled(signal.SIGINT)
    # A layer sees its second step, and is left there, when it takes more than one.
    stack = ["fit", "digits", "--rows", "100", "--epochs", "3", "--layers", "8,4", "--quiet"]
    stack += ["--model", "stacked-denoising-autoencoder", "--checkpoint-minutes", "0"]
    assert run(*stack, "--out", "a") == 130
    assert "go on by latentia fit --resume a" in capsys.readouterr().err
    undo()
    assert run("fit", "--resume", "a", "--quiet") == 0
    assert run(*stack, "--out", "b") == 0
    for name in FILES:
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


def test_a_run_whose_report_failed_makes_it_up(monkeypatch):
    from latentia import reports

    with monkeypatch.context() as patch:
        patch.setattr(reports, "run_files", lambda *parts: exec("raise KeyboardInterrupt"))
        assert run(*FIT, "--out", "a", "--quiet") == 130
    assert Path("a/config.json").exists() and not Path("a/metrics.json").exists()
    assert run("fit", "--resume", "a", "--quiet") == 0
    assert Path("a/metrics.json").exists() and not Path("a/checkpoints").exists()
