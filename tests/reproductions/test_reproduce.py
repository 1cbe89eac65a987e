"""Targets: each gate holds its own published number, and a miss is told as a miss."""

from __future__ import annotations

import dataclasses
import json

import pytest

from latentia import reproductions
from latentia.cli import main
from latentia.reproductions import targets


@pytest.mark.parametrize("name", targets)
def test_the_published_number_lies_in_its_gate(name):
    low, high = targets[name].gate
    assert low <= targets[name].published <= high
    assert targets[name].reference.rstrip(".")[-4:].isdigit()


@pytest.mark.parametrize(("value", "passed", "code"), [(105.0, True, 0), (107.0, False, 1)])
def test_the_verdict_is_the_gates(monkeypatch, tmp_path, capsys, value, passed, code):
    faked = dataclasses.replace(targets["first-vae"], run=lambda: value, needs_mnist=False)
    monkeypatch.setitem(targets, "first-vae", faked)
    assert reproductions.reproduce("first-vae").passed is passed
    file = tmp_path / "result.json"
    assert main(["reproduce", "first-vae", "--out", str(file)]) == code
    assert json.loads(file.read_text())["measured"] == value
    assert ("pass" if passed else "FAIL") in capsys.readouterr().out


def test_missing_digits_and_unknown_names_are_one_sentence(capsys):
    assert main(["reproduce", "first-vae"]) == 2
    assert "needs the MNIST digits" in capsys.readouterr().err
    assert main(["reproduce", "first-vea"]) == 2
    assert "did you mean 'first-vae'" in capsys.readouterr().err
