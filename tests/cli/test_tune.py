"""The search from the command line."""

import csv
import json
import sys
from pathlib import Path

import pytest
from optuna.distributions import FloatDistribution, IntDistribution

from latentia import artifacts
from latentia.cli import main
from latentia.cli._search import read_search

SMALL = ["--rows", "100", "--epochs", "2", "--quiet"]
SPACE = ["latent=1..3", "learning-rate=1e-4..1e-1:log", "hidden=8,8x4"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """Drawing takes most of a small run's time."""
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")


def test_the_best_model_is_an_ordinary_run(capsys):
    command = ["tune", "iris", *SMALL, "--seed", "3", "--trials", "3", "--search", *SPACE]
    assert main(command) == 0
    run = Path("runs/iris-vae-tuned")
    model = artifacts.load(run)
    with open(run / "trials.csv") as file:
        rows = list(csv.DictReader(file))
    told = json.loads((run / "trials.json").read_text())
    best = rows[told["best_trial"]]
    assert [row["trial"] for row in rows] == ["0", "1", "2"]
    assert str(model.n_components) == best["n_components"]
    assert "x".join(map(str, model.hidden_layer_sizes)) == best["hidden_layer_sizes"]
    # The model is the very one of that trial.
    assert model.history_.kept_record["validation_loss"] == float(best["value"])
    assert (run / "pictures/trials.png").read_bytes()[:4] == b"\x89PNG"
    assert (run / "report.html").exists()
    assert json.loads((run / "config.json").read_text())["parameters"]["random_state"] == 3
    printed = capsys.readouterr().out
    assert "3 trials: 3 complete" in printed and "--learning-rate" in printed
    assert main(["info", str(run)]) == 0


def test_the_same_seed_finds_the_same():
    for name in "ab":
        assert main(["tune", "iris", *SMALL, "--trials", "3", "-o", name, "--search", *SPACE]) == 0
    assert Path("a/trials.csv").read_bytes() == Path("b/trials.csv").read_bytes()


def test_a_study_is_shared_and_fitted_later(capsys):
    kept = ["--storage", "sqlite:///study.db", "--search", "latent=1,2"]
    assert main(["tune", "iris", *SMALL, "--trials", "2", "--search-only", *kept]) == 0
    assert not Path("runs").exists()
    assert main(["tune", "iris", *SMALL, "--trials", "0", "--out", "run", *kept]) == 0
    assert json.loads(Path("run/trials.json").read_text())["study"] == "iris-vae"
    assert capsys.readouterr().out.count("2 trials: 2 complete") == 2


def test_without_a_space_what_is_set_is_not_searched(monkeypatch):
    seen = {}

    def tune(estimator, X, y, *, space, **others):
        seen.update(space=space, **others)
        raise ValueError("enough")

    monkeypatch.setattr("latentia.tuning.tune", tune)
    assert main(["tune", "iris", "--minutes", "2", "--search", "latent=2"]) == 2
    assert set(seen["space"]) == {"batch_size", "hidden_layer_sizes", "learning_rate"}
    assert seen["timeout"] == 120


def test_what_search_says():
    tokens = ["latent=2..32", "beta=0.5..8:log", "prior=standard,vamp", "hidden=none,8x4"]
    given, space = read_search([*tokens, "likelihood=bernoulli", "layer_norm=true"], "vae", {})
    assert given == {"likelihood": "bernoulli", "layer_norm": True}
    assert space == {
        "n_components": IntDistribution(2, 32),
        "beta": FloatDistribution(0.5, 8.0, log=True),
        "prior": ["standard", "vamp"],
        "hidden_layer_sizes": [(), (8, 4)],
    }


MISTAKES = {
    "no value": ("latent", "--search 'latent' must be NAME=VALUES, such as latent=2..32"),
    "no option": ("latnt=1,2", "latnt is no option of vae"),
    "no name": ("prior=standard,vmap", "--prior vmap is unknown; did you mean 'vamp'"),
    "backwards": ("latent=8..2", "must be a range from low to high"),
    "no number": ("latent=a..b", "must be a range from low to high"),
    "log of zero": ("beta=0..1:log", "must be a range from low to high"),
    "twice": (["latent=1..2", "n_components=3"], "says 'n_components' twice"),
    "out of range": ("beta=-1,-2", "must be a finite number of at least 0"),
    "another loss": (["beta=1,2", "--objective", "validation_loss"], "--objective score"),
    "objective": (["latent=1,2", "--objective", "scores"], "did you mean 'score'"),
    "study": (["latent=1,2", "--study", "mine"], "--study mine needs --storage"),
    "storage": (["latent=1,2", "--storage", "nothing://"], "--storage 'nothing://' cannot be used"),
    "data": (["latent=1,2", "--rows", "1"], "--rows"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_one_sentence(case, capsys):
    typed, fault = MISTAKES[case]
    search = [typed] if isinstance(typed, str) else typed
    assert main(["tune", "iris", "--trials", "1", "--quiet", "--search", *search]) == 2
    error = capsys.readouterr().err
    assert error.startswith("latentia: error: ") and error.count("\n") == 1
    assert fault in error
    assert not Path("runs").exists()


def test_without_optuna_the_extra_is_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    for search in ([], ["--search", "latent=1..2"], ["--search", "latent=1,2"]):
        assert main(["tune", "iris", "--quiet", *search]) == 2
        assert 'pip install "latentia[tune]"' in capsys.readouterr().err
