"""How unusual examples are, as a file, a table and a picture."""

import csv
from pathlib import Path

import numpy as np
import pytest

from latentia import artifacts, data
from latentia.cli import main

DIGITS = data.load("digits", n=200)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def output(trained_folder, capsys):
    """Score examples, and return what was printed and the columns of the file."""

    def run(*arguments):
        options = ["--out", "scores.csv", *map(str, arguments)]
        assert main(["anomalies", str(trained_folder), *options]) == 0
        with open("scores.csv") as file:
            table = list(csv.DictReader(file))
        columns = {name: np.array([float(row[name]) for row in table]) for name in table[0]}
        return capsys.readouterr().out, columns

    return run


def test_scores_are_the_energies_of_the_data_of_the_run(trained_folder, output):
    text, columns = output()
    model = artifacts.load(trained_folder)
    np.testing.assert_allclose(columns["energy"], model.energy(DIGITS.X), rtol=1e-6)
    np.testing.assert_array_equal(columns["outlier"], model.predict(DIGITS.X))
    np.testing.assert_array_equal(columns["row"], np.arange(1, 201))
    shown = [int(line.split()[0]) for line in text.splitlines() if line[:1].isdigit()]
    assert shown == (np.argsort(-columns["energy"])[:10] + 1).tolist()
    held_out = f"threshold {-model.offset_:.4g}: 90% of the examples held out in training"
    assert held_out in text
    assert "the labels have 10 classes, and it needs two" in text


def test_contamination_is_a_share_of_these_examples(output):
    text, columns = output("digits", "--contamination", 0.05)
    assert "95% of these lie below" in text
    assert (columns["outlier"] == -1).sum() == 10
    flagged = columns["energy"][columns["outlier"] == -1]
    assert flagged.min() > columns["energy"][columns["outlier"] == 1].max()


def test_examples_unlike_the_data_are_found(output):
    noise = 16 * np.random.default_rng(0).integers(2, size=(20, 8, 8)).astype(np.float32)
    np.savez("mixed.npz", x=np.concatenate([DIGITS.X, noise]), y=np.repeat([0, 1], [200, 20]))
    text, columns = output("mixed.npz", "--x", "x", "--label", "y", "--picture", "scores.png")
    assert (columns["outlier"][200:] == -1).mean() > 0.9
    (area,) = [line for line in text.splitlines() if "ROC" in line]
    assert float(area.split()[-1]) > 0.95
    assert "label 1, 9.1%" in text
    assert Path("scores.png").read_bytes()[:4] == b"\x89PNG"


def test_nothing_is_written_of_other_examples(trained_folder):
    assert main(["anomalies", str(trained_folder), "iris", "--out", "scores.csv"]) == 2
    assert main(["anomalies", str(trained_folder), "--out", "nowhere/scores.csv"]) == 2
    assert not list(Path().iterdir())
