"""Files larger than memory go through the commands, in order, by any number of processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from latentia import artifacts
from latentia.cli import main
from latentia.cli._partial import Partial
from latentia.cli._pieces import Rows, write_rows

X = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
QUICK = ["--epochs", "2", "--hidden", "4", "--latent", "2", "--quiet"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")
    # Nothing fits into memory, and a piece is of 64 rows.
    for module in ("_stream", "_files", "_streams"):
        monkeypatch.setattr(f"latentia.data.{module}.RESIDENT_BYTES", 0)
    monkeypatch.setattr("latentia.cli._pieces.PIECE_BYTES", 64 * 12)


@pytest.fixture
def told(capsys):
    """Run the command line, and return what it printed and remarked."""

    def run(*arguments, code=0):
        assert main([str(argument) for argument in arguments]) == code
        return capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A model of x.npy, fitted by the command as a stream."""
    folder = tmp_path_factory.mktemp("fitted")
    np.save(folder / "x.npy", X)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("latentia.reports._files.png", lambda figure: b"")
        assert main(["fit", "x.npy", "--out", "run", *QUICK]) == 0
    return folder


@pytest.fixture
def run(fitted):
    for name in ("x.npy", "run"):
        Path(name).symlink_to(fitted / name)
    return artifacts.load("run")


def left_over():
    return [path.name for path in Path().iterdir() if "partial" in path.name]


def test_a_stream_is_fitted_and_reported_on(told):
    Path("rows").mkdir()
    for i, part in enumerate(np.split(X, 5)):
        np.save(f"rows/{i}.npy", part)
    assert "rows: 500 examples, table of 3 columns" in told("fit", "rows", "--out", "r", *QUICK).out
    numbers = json.loads(Path("r/metrics.json").read_text())
    assert numbers["data"]["n_available"] == 500
    assert "explained" in told("evaluate", "r").out


@pytest.mark.parametrize("suffix", ["npy", "csv", "parquet"])
def test_codes_are_those_of_the_array(suffix, run, told):
    told("encode", "run", "x.npy", "--out", f"z.{suffix}")
    told("convert", f"z.{suffix}", "z.npy") if suffix != "npy" else None
    expected = np.concatenate([run.transform(X[i : i + 64]) for i in range(0, 500, 64)])
    np.testing.assert_allclose(np.load("z.npy"), expected, rtol=1e-6)
    assert not left_over()


COMMANDS = {
    "score": lambda model: model.score_samples(X),
    "reconstruct": lambda model: model.reconstruct(X),
    "denoise": lambda model: model.denoise(X),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_so_is_all_that_has_a_row_for_each_example(command, run, told):
    assert "500 rows" in told(command, "run", "x.npy", "--out", "y.npy").out
    np.testing.assert_allclose(np.load("y.npy"), COMMANDS[command](run), rtol=1e-4, atol=1e-5)


def test_scores_are_named_after_what_they_are(run, told):
    told("score", "run", "x.npy", "--rows", 5, "--out", "s.csv")
    assert Path("s.csv").read_text().splitlines()[0] == '"log_likelihood_bound"'


def test_samples_repeat_themselves_in_pieces(run, told):
    told("sample", "run", "--n", 200, "--seed", 3, "--noise", "--out", "a.npy")
    told("sample", "run", "--n", 200, "--seed", 3, "--noise", "--resume", "--out", "b.npy")
    a, b = np.load("a.npy"), np.load("b.npy")
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a[:64], run.sample(64, random_state=3, mean=False))
    assert len(np.unique(a, axis=0)) == 200  # no piece repeats another


def killed_after(pieces, monkeypatch):
    """Let writing fail after some pieces, as if the process were gone."""
    write, written = Partial.write, []

    def failing(self, start, values):
        if len(written) == pieces:
            raise KeyboardInterrupt
        written.append(start)
        write(self, start, values)

    monkeypatch.setattr(Partial, "write", failing)
    return lambda: monkeypatch.setattr(Partial, "write", write)


@pytest.mark.parametrize("command", [["encode", "run", "x.npy"], ["sample", "run", "--n", "500"]])
def test_what_was_stopped_goes_on_and_equals_the_rest(command, run, told, monkeypatch):
    told(*command, "--out", "whole.npy")
    revive = killed_after(3, monkeypatch)
    captured = told(*command, "--out", "y.npy", code=130)
    assert "3 of 8 pieces are kept; --resume goes on with them" in captured.err
    assert len(left_over()) == 2 and not Path("y.npy").exists()
    revive()
    computed = []
    write = Partial.write
    monkeypatch.setattr(
        Partial, "write", lambda self, start, v: [computed.append(start), write(self, start, v)]
    )
    assert "goes on after 3 of 8 pieces" in told(*command, "--resume", "--out", "y.npy").err
    assert computed == [*range(192, 500, 64)]
    assert Path("y.npy").read_bytes() == Path("whole.npy").read_bytes()
    assert not left_over()


def test_another_command_does_not_go_on_with_it(run, told, monkeypatch):
    revive = killed_after(3, monkeypatch)
    told("encode", "run", "x.npy", "--out", "y.npy", code=130)
    revive()
    message = told("reconstruct", "run", "x.npy", "--resume", "--out", "y.npy", code=2).err
    assert "left by another command (what was codes" in message and "drop --resume" in message
    next(Path().glob(".y.npy.partial.json")).write_text("{")
    assert "is damaged" in told("encode", "run", "x.npy", "--resume", "--out", "y.npy", code=2).err
    told("encode", "run", "x.npy", "--out", "y.npy")  # anew
    assert len(np.load("y.npy")) == 500 and not left_over()


class Squares:
    """A job that needs no model."""

    def open(self):
        return Rows(100, 7, None, lambda a, b: np.arange(a, b, dtype=np.int64)[:, None] ** 2)

    def notes(self):
        return {"what": "squares"}


def test_several_processes_write_the_same_file():
    write_rows(Squares(), Path("one.npy"))
    assert write_rows(Squares(), Path("two.npy"), processes=2) == "100 rows of shape (1,)"
    assert Path("one.npy").read_bytes() == Path("two.npy").read_bytes()
    assert np.load("two.npy")[:, 0].tolist() == [i**2 for i in range(100)]


class Fails(Squares):
    def open(self):
        def compute(a, b):
            if a > 20:
                raise ValueError("row 21 is no number")
            return np.zeros((b - a, 1))

        return Rows(100, 7, None, compute)


class Dies(Squares):
    """Only the first process survives the second piece."""

    def open(self):
        own = os.getpid()
        return Rows(100, 7, None, lambda a, b: self.compute(a, b, own))

    def compute(self, a, b, own):
        if a and multiprocessing.parent_process() is not None:
            os.kill(own, signal.SIGKILL)
        return np.zeros((b - a, 1))


def test_what_fails_leaves_nothing_and_what_is_killed_goes_on():
    with pytest.raises(ValueError, match="row 21 is no number"):
        write_rows(Fails(), Path("y.npy"))
    assert not left_over() and not Path("y.npy").exists()
    with pytest.raises(ValueError, match=r"was killed, .* --resume, with fewer --processes"):
        write_rows(Dies(), Path("y.npy"), processes=2)
    assert left_over()
    write_rows(Dies(), Path("y.npy"), resume=True)
    assert np.load("y.npy").shape == (100, 1)


def test_convert_takes_what_cannot_be_held(told):
    Path("x.csv").write_text("a,b,kind\n" + "1.5,2,x\n" * 100)
    assert "100 rows of shape (2,)" in told("convert", "x.csv", "x.npy", "--label", "kind").out
    assert np.load("x.npy").dtype == np.float64
    told("convert", "x.csv", "y.npy", "--label", "kind", "--float32")
    assert np.load("y.npy").dtype == np.float32
    for arguments in (["no.csv", "x.npy"], ["x.csv", "x.txt"], ["x.csv", "y.npy"]):
        before = np.load("y.npy")
        assert "error: " in told("convert", *arguments, code=2).err
        np.testing.assert_array_equal(np.load("y.npy"), before)
    assert not left_over()


def test_a_disk_that_is_full_is_said_before(run, told, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 100}))
    for command in (["encode", "run", "x.npy"], ["sample", "run", "--n", 500]):
        assert "the disk of . has 0 GiB left" in told(*command, "--out", "y.npy", code=2).err
        assert not left_over()
