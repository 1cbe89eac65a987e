"""The ablations of a variational autoencoder, from the command line."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from latentia import evaluation
from latentia.cli import main
from latentia.cli._ablations import drawn, lesson
from latentia.estimators import LatentEstimator

BETAS = (0.1, 1.0, 16.0)
SMALL = ["--rows", "100", "--epochs", "150", "--hidden", "16", "--learning-rate", "0.01"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "ablations"
    asked = ["--betas", ",".join(map(str, BETAS)), "--out", str(folder), "--quiet"]
    assert main(["ablate", "digits", *SMALL, *asked]) == 0
    return folder


@pytest.fixture(scope="module")
def runs(results):
    return {r["run"]: r for r in json.loads((results / "ablations.json").read_text())}


def test_pictures_and_numbers_are_there(results):
    names = ["ablations.csv", "ablations.json", "ablations.png", "rate_distortion.png"]
    assert sorted(path.name for path in results.iterdir()) == names
    assert all((results / name).read_bytes()[:4] == b"\x89PNG" for name in names[2:])


def test_both_files_of_numbers_say_the_same(results, runs):
    with open(results / "ablations.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == list(runs)
    for row in rows:
        expected = {n: "" if v is None else str(v) for n, v in runs[row["run"]].items()}
        assert row == expected


def test_each_part_does_what_it_should(runs):
    full, without, prior = (runs[name] for name in drawn())
    assert without["variance"] < 0.1 * full["variance"]
    assert without["kl"] > full["kl"] + 2
    assert without["reconstruction"] < full["reconstruction"]
    assert prior["kl"] < 0.01 and prior["active"] == 0 and prior["largest_mean"] < 0.2
    assert prior["variance"] == pytest.approx(1, abs=0.05)
    point = runs["deterministic"]
    assert point["kl"] is None and point["variance"] == 0
    assert point["reconstruction"] < full["reconstruction"]


def test_the_sweep_is_monotone(runs):
    by_beta = {r["beta"]: r for r in runs.values()}
    sweep = [by_beta[beta] for beta in BETAS]
    assert (np.diff([r["kl"] for r in sweep]) < 0).all()
    assert (np.diff([r["reconstruction"] for r in sweep]) > 0).all()


def test_it_prints_a_table_and_a_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = ["--rows", "30", "--epochs", "1", "--hidden", "4", "--latent", "3"]
    for _ in range(2):
        assert main(["ablate", "iris", *small, "--betas", "0,1"]) == 0
    assert sorted(path.name for path in Path("runs").iterdir()) == [
        "iris-ablations",
        "iris-ablations-2",
    ]
    captured = capsys.readouterr()
    assert "4 of 4: without the reconstruction" in captured.err
    assert all(run in captured.out for run in evaluation.ablations())
    assert "from 0 to 1 the rate goes from" in " ".join(captured.out.split())
    assert "…" not in captured.out


def test_an_interrupted_comparison_leaves_nothing(monkeypatch, tmp_path, capsys):
    def interrupted(self, X, y=None):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(LatentEstimator, "fit", interrupted)
    assert main(["ablate", "iris"]) == 130
    assert not any(tmp_path.iterdir())
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("betas", ["0.1;4", "-1", "", "1,1", "nan,1", "1,inf"])
def test_weights_that_make_no_sweep(betas, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["ablate", "iris", f"--betas={betas}"]) == 2
    assert f"--betas {betas!r} must be" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def lesson_of(changes):
    parameters = {"beta": None, "kl": 5.0, "active": 2, "reconstruction": 10.0, "variance": 0.5}
    runs = {
        "full bound": {"beta": 1.0},
        "without the divergence": {"beta": 0.0, "kl": 50.0, "variance": 0.01},
        "deterministic": {"kl": None, "variance": 0.0},
        "without the reconstruction": {"kl": 0.0, "variance": 1.0},
        "beta 16": {"beta": 16.0, "kl": 1.0, "reconstruction": 30.0},
    }
    means = {"without the divergence": 40.0}
    results = [
        evaluation.Ablation(
            run=run,
            largest_mean=means.get(run, 3.0),
            **{**parameters, **given, **changes.get(run, {})},
        )
        for run, given in runs.items()
    ]
    return lesson(results, [1.0, 16.0])


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ""),
        ({"without the divergence": {"variance": 0.49}}, "the divergence keeps codes wide"),
        ({"without the reconstruction": {"kl": 5.0}}, "the reconstruction makes codes say"),
        ({"beta 16": {"reconstruction": 9.0}}, "beta is the price"),
        ({"beta 16": {"kl": None}}, "beta is the price"),
    ],
)
def test_the_lesson_is_what_the_numbers_say(changes, missing):
    said = lesson_of(changes)
    assert said.count("does not show here") == bool(missing)
    assert f"That {missing}" in said or not missing
    for claim in {"the divergence keeps", "the reconstruction makes", "beta is the price"}:
        assert (claim.capitalize() in said) == (not missing.startswith(claim))
