"""The command line says what the library says."""

import csv
import json
import os
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from latentia import artifacts, data, evaluation, recipes
from latentia.cli import app, main
from latentia.errors import OutOfMemoryError, TrainingDivergedError
from latentia.estimators import LatentEstimator
from latentia.training import Trainer

SMALL = ["--rows", "30", "--epochs", "2", "--hidden", "8", "--quiet"]
COMMANDS = [
    "ablate",
    "anomalies",
    "compare",
    "convert",
    "data",
    "decode",
    "demo",
    "denoise",
    "doctor",
    "encode",
    "evaluate",
    "fit",
    "info",
    "interpolate",
    "models",
    "plot",
    "predict",
    "reconstruct",
    "reproduce",
    "sample",
    "score",
    "transfer",
    "traverse",
    "tune",
]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """Drawing takes most of a small run's time; `trained_folder` has the pictures."""
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")


@pytest.fixture
def output(capsys):
    """Run the command line, and return what it printed."""

    def run(*arguments):
        assert main([str(argument) for argument in arguments]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def estimator(trained_folder):
    return artifacts.load(trained_folder)


DIGITS = data.load("digits", n=200)


def test_every_command_teaches_by_an_example(output):
    assert sorted(name for name in app if not name.startswith("-")) == COMMANDS
    for command in COMMANDS:
        text = output(command, "--help")
        assert f"latentia {command}" in text.partition("Examples:")[2]


def test_every_option_is_explained():
    for command in COMMANDS:
        for argument in app[command].assemble_argument_collection(parse_docstring=True):
            assert argument.parameter.help, (command, argument.name)


def test_fit_writes_a_whole_run(trained_folder):
    assert (trained_folder / "report.html").read_text().startswith("<!doctype html>")
    names = {file.stem for file in (trained_folder / "pictures").glob("*.png")}
    assert {"latent_map", "loss_curves", "reconstructions", "samples"} <= names
    with open(trained_folder / "history.csv") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    memory = json.loads((trained_folder / "metrics.json").read_text())["data"]
    assert (memory["spec"], memory["n"], memory["seed"]) == ("digits", 200, 0)


def test_fit_takes_the_same_model_from_the_same_seed(output, tmp_path):
    for name, seed in {"a": 1, "b": 1, "c": 2}.items():
        output("fit", "iris", "--seed", seed, "--out", name, *SMALL)
    codes = [artifacts.load(name).transform(data.load("iris").X) for name in "abc"]
    np.testing.assert_array_equal(codes[0], codes[1])
    assert not np.allclose(codes[0], codes[2])


def test_fit_never_writes_twice_to_one_place(output):
    for _ in range(3):
        output("fit", "iris", *SMALL)
    assert sorted(os.listdir("runs")) == ["iris-vae-2", "iris-vae-2-2", "iris-vae-2-3"]


def test_overwrite_replaces_a_model(output):
    output("fit", "iris", "--out", "run", *SMALL)
    output("fit", "iris", "--out", "run", "--latent", 3, "--overwrite", *SMALL)
    assert artifacts.load("run").n_components == 3


def test_settings_arrive_in_the_estimator(output):
    options = {
        "--latent": 3,
        "--likelihood": "laplace",
        "--scaling": "minmax",
        "--corruption": "masking",
        "--hidden": "16,8",
        "--beta": 0.5,
        "--epochs": 1,
        "--rows": 30,
        "--batch-size": 50,
        "--learning-rate": 0.01,
        "--patience": 0,
    }
    output("fit", "wine", "--out", "run", "--quiet", *(str(s) for o in options.items() for s in o))
    found = artifacts.load("run").get_params()
    expected = {
        "n_components": 3,
        "likelihood": "laplace",
        "scaling": "minmax",
        "corruption": "masking",
        "hidden_layer_sizes": (16, 8),
        "beta": 0.5,
        "max_iter": 1,
        "batch_size": 50,
        "learning_rate": 0.01,
        "early_stopping": False,
    }
    assert {name: found[name] for name in expected} == expected


def test_settings_of_a_deterministic_code_arrive_in_the_estimator(output):
    options = {
        "--model": "autoencoder",
        "--code": "sigmoid",
        "--norm": "huber",
        "--code-corruption": "nested-dropout",
        "--optimizer": "sgd",
        "--schedule": "cosine",
    }
    output(
        "fit", "iris", "--out", "run", "--tied", *SMALL, *(s for o in options.items() for s in o)
    )
    found = artifacts.load("run")
    assert "'huber', which is not in nats" in Path("run/README.md").read_text()
    assert found.n_components == type(found)().n_components
    expected = {
        "code": "sigmoid",
        "tied": True,
        "norm": "huber",
        "code_corruption": "nested-dropout",
        "optimizer": "sgd",
        "learning_rate_schedule": "cosine",
    }
    assert {name: found.get_params()[name] for name in expected} == expected


def test_layers_make_a_stack_whose_layers_train_as_the_whole(output):
    name = "stacked-denoising-autoencoder"
    output(
        "fit", "iris", "--model", name, "--layers", "6,3", "--epochs", 2, "--rows", 30, "--quiet"
    )
    stack = artifacts.load(f"runs/iris-{name}-3")
    assert tuple(stack.layers) == (6, 3)
    assert stack.of.max_iter == 2 and stack.of.corruption is not None
    assert recipes.recipes[name].parameters["of"].max_iter is None


def test_a_recipe_keeps_what_it_is_made_of(output):
    output(
        "fit", "iris", "--model", "linear-autoencoder", "--out", "run", "--epochs", 1, "--rows", 30
    )
    assert artifacts.load("run").hidden_layer_sizes == ()
    output("fit", "iris", "--hidden", "none", "--out", "run2", "--epochs", 1, "--rows", 30)
    assert artifacts.load("run2").hidden_layer_sizes == ()


@pytest.mark.parametrize("suffix", ["npy", "csv", "parquet"])
def test_encode_is_transform(trained_folder, estimator, output, suffix):
    output("encode", trained_folder, "digits", "--out", f"codes.{suffix}")
    codes = data.load(f"codes.{suffix}")
    np.testing.assert_allclose(codes.X, estimator.transform(DIGITS.X), rtol=1e-6)
    if suffix != "npy":
        assert list(codes.schema.names) == list(estimator.get_feature_names_out())


def test_reconstruct_is_encode_then_decode(trained_folder, output):
    output("encode", trained_folder, "digits", "--out", "codes.npy")
    output("decode", trained_folder, "codes.npy", "--out", "decoded.npy")
    output("reconstruct", trained_folder, "digits", "--out", "again.npy")
    np.testing.assert_array_equal(np.load("decoded.npy"), np.load("again.npy"))
    assert np.load("again.npy").shape == DIGITS.X.shape


def test_denoise_is_the_method_of_that_name(trained_folder, estimator, output):
    noisy = np.clip(DIGITS.X[:20] + np.random.default_rng(0).normal(0, 2, (20, 8, 8)), 0, 16)
    np.save("noisy.npy", noisy)
    output("denoise", trained_folder, "noisy.npy", "--out", "clean.npy")
    np.testing.assert_array_equal(np.load("clean.npy"), estimator.denoise(noisy))


def test_sample_repeats_itself_by_seed(trained_folder, estimator, output):
    for name, seed in {"a": 1, "b": 1, "c": 2}.items():
        output("sample", trained_folder, "--n", 5, "--seed", seed, "--out", f"{name}.npy")
    a, b, c = (np.load(f"{name}.npy") for name in "abc")
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a, estimator.sample(5, random_state=1))
    assert not np.allclose(a, c)


def test_sample_draws_a_picture(trained_folder, output):
    output("sample", trained_folder, "--out", "new.png")
    assert Path("new.png").read_bytes()[:4] == b"\x89PNG"


def test_noise_spreads_wider_than_means(trained_folder, output):
    output("sample", trained_folder, "--n", 50, "--out", "mean.npy")
    output("sample", trained_folder, "--n", 50, "--noise", "--out", "noise.npy")
    assert np.load("noise.npy").std() > np.load("mean.npy").std()


def test_a_sampler_is_fitted_to_the_data_of_the_run(trained_folder, estimator, output):
    output(
        "sample", trained_folder, "--n", 5, "--sampler", "gmm", "--components", 3, "--out", "a.npy"
    )
    estimator.fit_sampler("gmm", DIGITS.X, n_components=3, random_state=0)
    np.testing.assert_array_equal(np.load("a.npy"), estimator.sample(5, random_state=0))
    output("sample", trained_folder, "--n", 5, "--out", "b.npy")
    assert not np.allclose(np.load("a.npy"), np.load("b.npy"))


def test_evaluate_finds_the_data_again(trained_folder, output):
    shown = output("evaluate", trained_folder, "--out", "numbers.json")
    measured = json.loads(Path("numbers.json").read_text())
    recorded = json.loads((trained_folder / "metrics.json").read_text())
    assert measured["reconstruction"] == recorded["reconstruction"]
    assert "log-likelihood bound" in shown and "PCA" in shown


def test_evaluate_estimates_likelihoods_by_importance_sampling(trained_folder, output):
    said = "--rows", 50, "--draws", 300, "--out", "numbers.json"
    shown = output("evaluate", trained_folder, *said)
    assert "log p(x), 300 draws" in shown
    found = json.loads(Path("numbers.json").read_text())["log_likelihood"]
    model = artifacts.load(trained_folder)
    own = evaluation.likelihood(model, data.load("digits", n=50).X, n_samples=300)
    assert found["log_likelihood"] == own.log_likelihood._asdict()
    assert found["evidence_lower_bound"]["mean"] < found["log_likelihood"]["mean"]


def test_labels_of_a_table_are_remembered(output):
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    Path("table.csv").write_text("u,v,kind\n" + rows)
    output("fit", "table.csv", "--label", "kind", "--out", "run", *SMALL)
    output("reconstruct", "run", "table.csv", "--out", "again.csv")
    assert data.load("again.csv").schema.names == ("u", "v")
    assert "linear classifier" in output("evaluate", "run")


def test_models_lists_the_recipes(output):
    lines = output("models").splitlines()
    listed = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert listed == recipes.names()
    for name in recipes.names():
        assert name in output("models", name)


def test_data_lists_the_sources(output):
    listed = [line.split()[0] for line in output("data").splitlines() if line[0] != " "]
    assert listed == list(data.sources)


def test_info_tells_what_was_fitted(trained_folder, output):
    text = output("info", trained_folder)
    assert "VAE" in text and "digits" in text and "report.html" in text
    assert "hidden_layer_sizes" in text and "[16]" in text


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_ctrl_c_keeps_what_was_learned_and_always_says_so(monkeypatch, capsys, quiet):
    interrupt_after(monkeypatch, 1)
    assert main(["fit", "iris", "--out", "run", "--epochs", "9", "--hidden", "8", *quiet]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("interrupted") == 1
    assert "interrupted" in captured.out and "interrupted" in Path("run/report.html").read_text()
    assert "interrupted" in Path("run/README.md").read_text()
    assert json.loads(Path("run/metrics.json").read_text())["training"]["interrupted"]
    assert artifacts.load("run").n_iter_ == 1


def test_ctrl_c_before_the_first_pass_leaves_nothing(monkeypatch, capsys):
    interrupt_after(monkeypatch, 0)
    assert main(["fit", "iris", "--out", "run", "--epochs", "9"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert not Path("run").exists()


def test_divergence_saves_the_last_good_weights(monkeypatch, capsys):
    interrupt_after(monkeypatch, 2, TrainingDivergedError("The term 'kl' became nan."))
    assert main(["fit", "iris", "--out", "run", "--epochs", "9", "--quiet"]) == 1
    message = capsys.readouterr().err
    assert "'kl' became nan" in message and "Traceback" not in message
    assert np.isfinite(artifacts.load("run").transform(data.load("iris").X)).all()


def interrupt_after(monkeypatch, epochs, error=KeyboardInterrupt):
    """Make training fail in the pass after so many."""
    train_one_epoch = Trainer._train_one_epoch

    def train(self, *arguments):
        if self.epoch == epochs:
            raise error
        return train_one_epoch(self, *arguments)

    monkeypatch.setattr(Trainer, "_train_one_epoch", train)


@pytest.mark.parametrize("bug", [RuntimeError, TypeError, ImportError, ModuleNotFoundError])
def test_bugs_and_broken_installs_are_not_hidden(monkeypatch, bug):
    fit_fails(monkeypatch, bug("No module named 'a bug'"))
    with pytest.raises(bug, match="a bug"):
        main(["fit", "iris"])


def test_a_missing_extra_is_named(monkeypatch, capsys):
    # None in sys.modules makes an import fail as if there were no such package.
    monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    Path("table.csv").write_text("a,b\n1,2\n3,4\n")
    assert main(["fit", "table.csv"]) == 2
    assert "latentia[data]" in capsys.readouterr().err


OUT_OF_MEMORY = [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 8 GiB.")]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=["numpy", "torch"])
def test_too_little_memory_is_one_sentence(monkeypatch, capsys, error):
    fit_fails(monkeypatch, error)
    assert main(["fit", "iris"]) == 2
    assert capsys.readouterr().err.startswith("latentia: error: this takes more memory")


def test_a_batch_that_is_too_large_is_told_in_options(monkeypatch, capsys):
    error = OutOfMemoryError("No room; give micro_batch_size=64 or micro_batch_size='auto'.")
    monkeypatch.setattr(Trainer, "_train_one_epoch", Mock(side_effect=error))
    assert main(["fit", "iris", "--quiet"]) == 2
    told = capsys.readouterr().err
    assert told == (
        "latentia: error: No room; give --micro-batch-size 64 or --micro-batch-size auto.\n"
    )


@pytest.mark.parametrize(("text", "value"), [("16", 16), ("auto", "auto")])
def test_pieces_of_a_batch_are_a_number_or_auto(output, text, value):
    output("fit", "iris", "--out", "run", "--micro-batch-size", text, *SMALL)
    assert artifacts.load("run").micro_batch_size == value


def test_numbers_are_those_asked_for_and_refused_where_there_are_none(output, capsys):
    output("fit", "iris", "--out", "run", "--precision", "float64", *SMALL)
    assert artifacts.load("run").precision == "float64"
    words = ["--precision", "tensorfloat32", "--device", "cpu"]
    assert main(["fit", "iris", "--out", "other", *words, *SMALL]) == 2
    assert "--precision tensorfloat32 is nothing that cpu computes in" in capsys.readouterr().err


def fit_fails(monkeypatch, error):
    def broken(self, X, y=None):
        raise error

    monkeypatch.setattr(LatentEstimator, "fit", broken)


def test_debugging_shows_where_a_mistake_was_noticed(monkeypatch):
    monkeypatch.setenv("LATENTIA_DEBUG", "1")
    with pytest.raises(ValueError, match="digits"):
        main(["fit", "digts"])
