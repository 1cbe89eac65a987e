"""Runs beside each other: intervals, the page, and what does not compare."""

import json
from pathlib import Path

import numpy as np
import pytest

from latentia import VAE, Autoencoder, artifacts, data
from latentia.cli import main

QUICK = {"hidden_layer_sizes": (16,), "random_state": 0, "verbose": False}


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    """A model of irises that has barely learned, a better one, and one of another kind."""
    folder = tmp_path_factory.mktemp("flowers")
    iris = data.load("iris")
    memory = {"data": {"spec": "iris", "columns": list(iris.schema.names)}}
    models = {
        "poor": VAE(max_iter=2, **QUICK),
        "good": VAE(max_iter=60, **QUICK),
        "other": Autoencoder(max_iter=60, **QUICK),
    }
    for name, model in models.items():
        artifacts.save(model.fit(iris.X), folder / name, {"metrics.json": json.dumps(memory)})
    return folder


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_differences_are_those_of_the_examples(flowers, capsys):
    runs = [str(flowers / name) for name in ("poor", "good", "other")]
    assert main(["compare", *runs, "--out", "both"]) == 0
    text = capsys.readouterr().out
    assert "not" in text and "good" in text
    written = json.loads(Path("both/comparison.json").read_text())
    poor, good, other = written["models"]
    X = data.load("iris").X
    scores = [artifacts.load(run).score_samples(X) for run in runs[:2]]
    found = good["score_difference"]
    assert found["mean"] == pytest.approx(np.mean(scores[1] - scores[0]), rel=1e-5)
    assert 0 < found["low"] < found["mean"] < found["high"]
    assert good["error_difference"]["high"] < 0
    assert good["error"] < poor["error"]
    assert other["score_difference"] is None and other["error_difference"] is not None
    page = Path("both/comparison.html").read_text()
    assert "poor" in page and "not comparable" in page and "data:image/png" in page
    assert Path("both/comparison.png").stat().st_size > 1000


def test_a_model_does_not_differ_from_itself(flowers, tmp_path):
    copy = tmp_path / "twin"
    artifacts.save(artifacts.load(flowers / "good"), copy)
    assert main(["compare", str(flowers / "good"), str(copy)]) == 0
    (_, twin) = json.loads(Path("runs/comparison/comparison.json").read_text())["models"]
    for name in ("error_difference", "score_difference"):
        assert [twin[name][end] for end in ("low", "mean", "high")] == [0, 0, 0]


def test_refusals(flowers, model_folder, capsys):
    def refused(*arguments):
        assert main(["compare", *map(str, arguments)]) == 2
        text = capsys.readouterr().err
        assert text.count("\n") == 1 and not Path("runs").exists()
        return text

    good = flowers / "good"
    assert "compares to nothing" in refused(good)
    assert "fitted on iris, but" in refused(good, model_folder)
    assert "shape (8, 8)" in refused(good, model_folder, "--on", "iris")
    np.savetxt("wide.csv", np.eye(5), delimiter=",", header="a,b,c,d,e", comments="")
    assert "the columns are not those" in refused(good, flowers / "poor", "--on", "wide.csv")
