"""Labels learned from codes, and predicted: what is measured, written and refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from latentia import artifacts, data
from latentia.cli import main

KINDS = load_iris().target_names[load_iris().target]
QUICK = ["--epochs", "60", "--quiet"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def told(capsys):
    """Run the command line, and return its code and all it said."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out + captured.err

    return run


@pytest.fixture(scope="session")
def flowers(tmp_path_factory):
    """A folder with a table of flowers, a model of it, and a predictor of their kind."""
    folder = tmp_path_factory.mktemp("flowers")
    write(folder / "iris.csv", load_iris().data, KINDS)
    run = ["--latent", "3", "--out", str(folder / "run"), *QUICK]
    table = [str(folder / "iris.csv"), "--label", "label"]
    assert main(["fit", *table, "--model", "autoencoder", *run]) == 0
    predictor = [
        "--out",
        str(folder / "predictor"),
        "--freeze",
        "none",
        "--learning-rate",
        "0.01",
        *QUICK,
    ]
    assert main(["transfer", str(folder / "run"), *table, *predictor]) == 0
    return folder


def write(path, X, y=None):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        names = [f"x{j}" for j in range(X.shape[1])]
        writer.writerow(names if y is None else [*names, "label"])
        rows = X.tolist()
        if y is not None:
            rows = [[*row, label] for row, label in zip(rows, y, strict=True)]
        writer.writerows(rows)


def results(folder):
    return json.loads((folder / "metrics.json").read_text())["transfer"]["results"]


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def test_a_predictor_is_measured_beside_simpler_ones(flowers):
    found = results(flowers / "predictor")
    assert list(found) == [
        "this model",
        "linear, on these codes",
        "linear, on the data",
        "linear, on 3 PCA codes",
        "most frequent class",
    ]
    assert found["most frequent class"]["accuracy"] == pytest.approx(1 / 3)
    assert found["linear, on the data"]["accuracy"] > 0.9
    assert found["this model"]["accuracy"] > 2 / 3


def test_predictions_are_those_of_the_model_on_disk(flowers, told):
    write("new.csv", load_iris().data)
    assert told("predict", flowers / "predictor", "new.csv", "--out", "new-labels.csv")[0] == 0
    table = flowers / "iris.csv"
    assert told("predict", flowers / "predictor", table, "--out", "old-labels.csv")[0] == 0
    assert Path("new-labels.csv").read_text() == Path("old-labels.csv").read_text()
    found = rows("new-labels.csv")
    model = artifacts.load(flowers / "predictor")
    assert [row["prediction"] for row in found] == model.predict(load_iris().data).tolist()
    assert np.mean([row["prediction"] for row in found] == KINDS) > 2 / 3
    written = [[float(row[f"p({kind})"]) for kind in model.classes_] for row in found]
    np.testing.assert_allclose(written, model.predict_proba(load_iris().data), rtol=1e-5)


def test_info_shows_what_was_measured(flowers, told):
    code, text = told("info", flowers / "predictor")
    assert code == 0
    assert "TransferClassifier" in text and "Autoencoder(" in text and "PCA" in text
    # What it predicts and how well comes before its settings.
    kinds = text.index("predicts label: 3 classes, setosa, versicolor, virginica")
    assert kinds < text.index("accuracy") < text.index("learning_rate")


def test_measurements_get_a_regressor(told):
    X, y = load_diabetes(return_X_y=True)
    write("table.csv", X, y + 0.5)
    fit = ["--model", "autoencoder", "--latent", 4, "--out", "run"]
    assert told("fit", "table.csv", "--label", "label", *fit, *QUICK)[0] == 0
    # What the run remembers of its data, label and all, is read again.
    options = ["--freeze", "none", "--hidden", "16", "--seed", 1]
    code, text = told("transfer", "run", "table.csv", *options, *QUICK)
    assert code == 0 and "R²" in text and "mean absolute error" in text
    folder = Path("runs/run-transfer")
    model = artifacts.load(folder)
    assert (model.freeze, model.hidden_layer_sizes, model.max_iter) == (False, (16,), 60)
    assert results(folder)["mean of the labels"]["R²"] == pytest.approx(0, abs=0.05)
    assert results(folder)["linear, on the data"]["R²"] > 0.2
    assert told("predict", folder, "table.csv", "--out", "p.csv")[0] == 0
    written = [float(row["prediction"]) for row in rows("p.csv")]
    np.testing.assert_allclose(written, model.predict(data.load("table.csv", y="label").X))


def test_the_same_seed_gives_the_same_numbers(flowers, told):
    table = flowers / "iris.csv"
    for out, seed in {"a": 3, "b": 3, "c": 4}.items():
        options = ["--seed", seed, "--out", out, "--epochs", 5, "--quiet"]
        assert told("transfer", flowers / "run", table, *options)[0] == 0
    first, second, third = (Path(f"{x}/model.safetensors").read_bytes() for x in "abc")
    assert first == second != third


READERS = {
    "encode": ["iris.csv", "--out", "z.npy"],
    "reconstruct": ["iris.csv", "--out", "z.npy"],
    "denoise": ["iris.csv", "--out", "z.npy"],
    "decode": ["codes.npy", "--out", "z.npy"],
    "sample": ["--out", "z.npy"],
    "evaluate": [],
    "anomalies": ["--out", "z.csv"],
    "transfer": ["iris.csv"],
}


@pytest.mark.parametrize("command", READERS)
def test_a_predictor_is_no_model_of_examples(flowers, told, command):
    code, text = told(command, flowers / "predictor", *READERS[command])
    assert code == 2 and "latentia predict" in text and text.count("\n") == 1
    assert not list(Path().iterdir())


def test_a_model_of_examples_predicts_nothing(flowers, told):
    code, text = told("predict", flowers / "run", flowers / "iris.csv", "--out", "z.csv")
    assert code == 2 and "latentia transfer" in text and text.count("\n") == 1


def labels(**changes):
    """The kinds of the flowers, some replaced by row."""
    return [changes.get(f"row_{i}", kind) for i, kind in enumerate(KINDS)]


MISTAKES = {
    "one class": (["a"] * 150, [], "one class"),
    "a class of one": (labels(row_3="lonely"), [], "'lonely'"),
    "no labels": (None, [], "--label"),
    "text for a regressor": (KINDS, ["--head", "regressor"], "text"),
    "numbers for a classifier": (np.linspace(0, 1, 150), ["--head", "classifier"], "measurements"),
    "nothing to test on": (KINDS, ["--test-share", "0.001"], "--test-share 0.001"),
    "nothing to learn from": (KINDS, ["--test-share", "0.999"], "--test-share 0.999"),
    "layers that are not there": (KINDS, ["--freeze", "99"], "--freeze 99 must be all, none"),
    "layers by name": (KINDS, ["--freeze", "first"], "--freeze 'first'"),
    "hidden units": (KINDS, ["--hidden", "8,zero"], "--hidden '8,zero'"),
    "passes": (KINDS, ["--epochs", "0"], "--epochs"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_sentence_and_leave_nothing(flowers, told, mistake):
    y, options, hint = MISTAKES[mistake]
    write("table.csv", load_iris().data, y)
    named = [] if y is None else ["--label", "label"]
    code, text = told("transfer", flowers / "run", "table.csv", *named, *options, "--quiet")
    assert code == 2 and hint in text and text.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["table.csv"]


def test_other_examples_than_the_model_knows(flowers, told):
    assert told("transfer", flowers / "run", "digits")[0] == 2
    assert told("predict", flowers / "predictor", "digits", "--out", "z.csv")[0] == 2
    assert not list(Path().iterdir())


def test_a_model_is_not_replaced_by_accident(flowers, told):
    weights = (flowers / "run" / "model.safetensors").read_bytes()
    options = ["--out", flowers / "run", "--quiet"]
    code, text = told("transfer", flowers / "run", flowers / "iris.csv", *options)
    assert code == 2 and "--overwrite" in text
    assert (flowers / "run" / "model.safetensors").read_bytes() == weights


def test_a_model_that_has_learned_some_labels_predicts_them(flowers, told):
    table = flowers / "iris.csv"
    asked = ["--label", "label", "--model", "m2", "--out", "some", "--learning-rate", "0.01"]
    assert told("fit", table, *asked, "--epochs", "40", "--quiet")[0] == 0
    assert told("predict", "some", table, "--out", "labels.csv")[0] == 0
    found, model = rows("labels.csv"), artifacts.load("some")
    assert [row["prediction"] for row in found] == model.predict(load_iris().data).tolist()
    assert np.mean([row["prediction"] for row in found] == KINDS) > 2 / 3
    assert float(found[0]["p(setosa)"]) == pytest.approx(
        model.predict_proba(load_iris().data)[0, 0], rel=1e-5
    )
