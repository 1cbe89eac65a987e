"""Demonstrations from the command line."""

import json

import pytest
from matplotlib.figure import Figure

from latentia import demonstrations
from latentia.cli import main
from latentia.demonstrations import Demonstration, Number, Shown


@pytest.fixture
def quick(monkeypatch):
    def run(seed):
        return Shown((Number("seed", float(seed), "what it was given"),), {"nothing": Figure()})

    made = Demonstration("Nothing at all.", "A. Nonymous. Nothing. 1900.", run)
    monkeypatch.setitem(demonstrations.demonstrations, "quick", made)


def test_alone_it_lists_them(capsys):
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in demonstrations.demonstrations)


def test_pictures_and_numbers_go_into_the_folder(quick, tmp_path, capsys):
    out = tmp_path / "made" / "here"
    assert main(["demo", "quick", "--seed", "3", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["nothing.png", "numbers.json"]
    assert (out / "nothing.png").read_bytes()[:4] == b"\x89PNG"
    said = json.loads((out / "numbers.json").read_text())
    assert said["numbers"] == {"seed": 3.0} and said["seed"] == 3
    printed = capsys.readouterr()
    assert "what it was given" in printed.out and "nothing.png" in printed.out
    assert "quick" in printed.err


def test_each_run_gets_a_folder_of_its_own(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [main(["demo", "quick"]) for _ in range(2)] == [0, 0]
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert names == ["demo-quick", "demo-quick-2"]


def test_an_unknown_name_is_one_sentence(capsys):
    assert main(["demo", "rings"]) == 2
    error = capsys.readouterr().err
    assert "'rings'" in error and "ring" in error and error.count("\n") == 1
