"""The doctor from the command line: in words of options, and only where there is something."""

import json
from pathlib import Path

import pytest

from latentia.cli import main

SMALL = ["--rows", "300", "--hidden", "32", "--latent", "4", "--quiet", "--learning-rate", "0.003"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def fit(*options):
    assert main(["fit", "digits", "--out", "run", *SMALL, *options]) == 0


def test_a_collapse_is_said_at_the_end_of_fit_and_by_the_doctor(capsys):
    fit("--beta", "50", "--epochs", "150")
    shown = capsys.readouterr()
    assert "posterior collapse: Lower it: --beta 1.0 or less." in shown.err
    assert "<h2>Doctor</h2>" in Path("run/report.html").read_text()
    assert main(["doctor", "run", "--out", "doctor.json"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "run on 300 examples of digits" in shown and "active codes 0 of 4" in shown
    assert "posterior collapse" in shown and "--beta 50" in shown
    told = json.loads(Path("doctor.json").read_text())
    assert [finding["name"] for finding in told["findings"]] == ["posterior collapse"]
    recorded = json.loads(Path("run/metrics.json").read_text())["doctor"]
    assert recorded["findings"] == told["findings"]


def test_a_healthy_model_passes_without_a_word(capsys):
    fit("--epochs", "150")
    assert capsys.readouterr().err == ""
    assert main(["doctor", "run"]) == 0
    assert "no finding" in capsys.readouterr().out


def test_other_data_stand_beside_those_of_the_fit(trained_folder, capsys):
    assert main(["doctor", str(trained_folder), "--on", "digits", "--rows", "50"]) == 0
    shown = capsys.readouterr().out
    assert "200 examples of digits, beside 50 examples of digits" in shown
    assert "held-out error" in shown


def test_other_data_alone_where_those_of_the_fit_are_gone(model_folder, capsys):
    numbers = json.loads((model_folder / "metrics.json").read_text())
    numbers["data"]["spec"] = "gone.csv"
    (model_folder / "metrics.json").write_text(json.dumps(numbers))
    assert main(["doctor", str(model_folder), "--on", "digits", "--rows", "50"]) == 0
    shown = capsys.readouterr()
    assert "overfitting cannot show" in shown.err
    assert "on 50 examples of digits\n" in shown.out
    assert main(["doctor", str(model_folder)]) == 2
