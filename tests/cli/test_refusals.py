"""A mistake is one sentence on standard error, exit code 2, and no file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from latentia.cli import main

TABLE = "a,b,c\n" + "".join(f"{i},{i % 3},{i * i}\n" for i in range(30))
STACK = "stacked-denoising-autoencoder"
TIED = ["--model", "autoencoder", "--tied", "--quiet"]
SHARE = ["--contamination"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def refused(capsys):
    """Run the command line, and return the one sentence it must answer with."""

    def run(*arguments):
        before = sorted(path for path in Path().rglob("*") if path.is_file())
        assert main([str(argument) for argument in arguments]) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith("latentia: error: ")
        assert captured.err.count("\n") == 1 and captured.err.endswith("\n")
        assert sorted(path for path in Path().rglob("*") if path.is_file()) == before
        return captured.err

    return run


FILES = {
    "empty.csv": ("", "empty"),
    "missing.csv": ("a,b\n1,2\n3,\n5,6\n", "row 2"),
    "text.csv": ("a,b\n1,x\n2,y\n3,z\n", "'b'"),
    "single.csv": ("a,b\n1,2\n", "at least 2 are needed"),
    "table.xyz": ("1,2\n", ".xyz"),
    "ragged.csv": ("a,b\n1,2\n3,4,5\n", "ragged.csv"),
}


@pytest.mark.parametrize("name", FILES)
def test_data_that_cannot_be_learned_from(name, refused):
    content, fault = FILES[name]
    Path(name).write_text(content)
    assert fault in refused("fit", name, "--epochs", 1, "--quiet")


MISTAKES = {
    "data": (["fit", "digts"], "did you mean 'digits'"),
    "model": (["fit", "iris", "--model", "vea"], "did you mean 'vae'"),
    "code of 0": (["fit", "iris", "--latent", "0"], "--latent"),
    "code of -1": (["fit", "iris", "--latent", "-1"], "--latent"),
    "code of text": (["fit", "iris", "--latent", "two"], "--latent"),
    "code of 2.5": (["fit", "iris", "--latent", "2.5"], "'2.5' is not a whole number"),
    "code of 2.0": (["fit", "iris", "--latent", "2.0"], "--latent"),
    "code of markup": (["fit", "iris", "--latent", "[/b]"], "'[/b]' is not"),
    "code without end": (["fit", "iris", "--latent", "9" * 30, "--quiet"], "memory"),
    "code of petabytes": (["fit", "iris", "--latent", str(10**15), "--quiet"], "memory"),
    "hidden of petabytes": (["fit", "iris", "--hidden", str(10**15), "--quiet"], "memory"),
    "passes of 1.5": (["fit", "iris", "--epochs", "1.5"], "--epochs"),
    "rows of 20.5": (["data", "iris", "--rows", "20.5"], "--rows"),
    "batch of 2.5": (["fit", "iris", "--batch-size", "2.5"], "--batch-size"),
    "pieces of 2.5": (
        ["fit", "iris", "--micro-batch-size", "2.5", "--quiet"],
        "--micro-batch-size 2.5 must be an integer of at least 1, 'auto', or None",
    ),
    "patience of 2.5": (["fit", "iris", "--patience", "2.5"], "--patience"),
    "seed of 0.5": (["fit", "iris", "--seed", "0.5"], "--seed"),
    "samples of 2.5": (["sample", "run", "--out", "x.npy", "--n", "2.5"], "--n"),
    "sample's seed": (["sample", "run", "--out", "x.npy", "--seed", "2.5"], "--seed"),
    "epochs": (["fit", "iris", "--epochs", "0"], "--epochs"),
    "rate": (["fit", "iris", "--learning-rate", "0"], "--learning-rate"),
    "corruption": (["fit", "iris", "--corruption", "gausian"], "did you mean 'gaussian'"),
    "likelihood": (["fit", "iris", "--likelihood", "norml"], "did you mean 'normal'"),
    "bernoulli": (["fit", "iris", "--likelihood", "bernoulli"], "--likelihood bernoulli"),
    "network": (["fit", "iris", "--network", "mpl", "--quiet"], "did you mean 'mlp'"),
    "hidden": (["fit", "iris", "--hidden", "8;8"], "--hidden"),
    "hidden of 0": (["fit", "iris", "--hidden", "0"], "256,128, or none."),
    "beta below 0": (["fit", "iris", "--beta", "-1"], "--beta"),
    "beta": (["fit", "iris", "--model", "autoencoder", "--beta", "2"], "--beta is no option"),
    "beta of another bound": (
        ["fit", "iris", "--objective", "iwae", "--beta", "2", "--quiet"],
        "--beta 2.0 cannot be given to --objective iwae, which has no such number; leave it out",
    ),
    "codes of points": (
        ["fit", "iris", "--posterior", "delta", "--quiet"],
        "Use --objective reconstruction, or a posterior with a density such as --posterior diag",
    ),
    "layers of 0": (["fit", "iris", "--model", STACK, "--layers", "0"], "--layers '0'"),
    "layers of text": (["fit", "iris", "--model", STACK, "--layers", "a,b"], "--layers 'a,b'"),
    "no layers": (["fit", "iris", "--model", STACK, "--layers", "none"], "--layers 'none'"),
    "layers of a flat model": (["fit", "iris", "--layers", "8,2"], "--hidden and --latent"),
    "latent of a stack": (["fit", "iris", "--model", STACK, "--latent", "3"], "by --layers"),
    "code": (
        ["fit", "iris", "--model", "autoencoder", "--code", "sigmod", "--quiet"],
        "mean 'sigmoid'",
    ),
    "penalty": (
        ["fit", "iris", "--penalty", "contractve", "--quiet"],
        "did you mean 'contractive'",
    ),
    "norm": (["fit", "iris", "--model", "autoencoder", "--norm", "l3", "--quiet"], "--norm l3"),
    "optimizer": (["fit", "iris", "--optimizer", "adm", "--quiet"], "--optimizer adm"),
    "schedule": (["fit", "iris", "--schedule", "cosin", "--quiet"], "--schedule cosin"),
    "tied images": (["fit", "digits", *TIED, "--network", "convolutional"], "no --tied"),
    "names before data": (["fit", "nowhere.csv", "--penalty", "l3"], "--penalty l3"),
    "models are many": (["fit", "iris", "--model", "vea"], "'vae'? latentia models lists them"),
    "weight of nothing": (["fit", "iris", "--penalty-weight", "2"], "name it by --penalty"),
    "weight of several": (
        ["fit", "iris", "--model", "regularised-autoencoder", "--penalty-weight", "2"],
        "name it by --penalty",
    ),
    "batches of all": (
        ["fit", "iris", "--optimizer", "lbfgs", "--batch-size", "8"],
        "--batch-size has no use beside --optimizer lbfgs",
    ),
    "sparse in no range": (
        ["fit", "iris", "--model", "autoencoder", "--penalty", "kl-sparsity", "--quiet"],
        "Use --code sigmoid, or --penalty l1",
    ),
    "sampler": (["sample", "nowhere", "--out", "x.npy", "--sampler", "gm"], "--sampler gm "),
    "head": (["transfer", "run", "iris", "--head", "clasifier"], "--head"),
    "test share": (["transfer", "run", "iris", "--test-share", "1"], "--test-share"),
    "no outliers": (["anomalies", "run", "--out", "x.csv", *SHARE, "0"], "--contamination"),
    "mostly outliers": (["anomalies", "run", "--out", "x.csv", *SHARE, "0.6"], "--contamination"),
    "share of nan": (["anomalies", "run", "--out", "x.csv", *SHARE, "nan"], "--contamination"),
    "scores as an array": (["anomalies", "run", "--out", "x.npy"], "csv"),
    "predictions as text": (["predict", "run", "iris", "--out", "x.txt"], "csv"),
    "rows": (["fit", "iris", "--rows", "1000"], "150"),
    "device": (["fit", "iris", "--device", "gpu", "--quiet"], "device"),
    "device that computes nothing": (["fit", "iris", "--device", "meta", "--quiet"], "'cpu'"),
    "option": (["fit", "iris", "--modle", "vae"], "--model"),
    "numbers as text": (["evaluate", "run", "--out", "numbers.txt"], "json"),
    "result as text": (["reproduce", "first-vae", "--out", "result.txt"], "json"),
    "command": (["fti", "iris"], '"fit"'),
    "no data": (["fit"], "DATA"),
    "x": (["fit", "iris", "--x", "images"], "--x has no use"),
    "info": (["info", "nowhere"], "nowhere"),
    "models": (["models", "vaee"], "did you mean"),
    "data path": (["data", "nowhere.csv"], "nowhere.csv"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_name_the_argument_and_the_way_out(mistake, refused):
    arguments, hint = MISTAKES[mistake]
    assert hint in refused(*arguments)


def test_images_of_two_sizes(refused):
    image = pytest.importorskip("PIL.Image")
    Path("photos").mkdir()
    for name, size in {"a": (8, 8), "b": (9, 8)}.items():
        image.new("L", size).save(f"photos/{name}.png")
    message = refused("fit", "photos")
    assert "a.png" in message and "b.png" in message


def test_an_existing_model_is_not_replaced_by_accident(model_folder, refused):
    weights = (model_folder / "model.safetensors").read_bytes()
    assert "--overwrite" in refused("fit", "iris", "--out", model_folder)
    assert (model_folder / "model.safetensors").read_bytes() == weights


def test_a_folder_of_something_else_is_never_replaced(refused):
    Path("photos").mkdir()
    Path("photos/me.txt").write_text("precious")
    refused("fit", "iris", "--out", "photos", "--overwrite", "--epochs", 1)
    assert Path("photos/me.txt").read_text() == "precious"


def test_a_place_that_cannot_be_written(refused):
    Path("file").write_text("")
    refused("fit", "iris", "--out", "file/run", "--epochs", 1)
    refused("fit", "iris", "--out", "file", "--epochs", 1)


@pytest.mark.parametrize("out", ["nowhere/codes.npy", "codes.xyz"])
def test_an_output_that_cannot_be_written(model_folder, refused, out):
    refused("encode", model_folder, "digits", "--rows", 50, "--out", out)
    refused("sample", model_folder, "--out", out)


def test_a_picture_that_cannot_be_written(model_folder, refused):
    assert "nowhere" in refused("sample", model_folder, "--out", "nowhere/new.png")


def test_examples_of_another_shape(model_folder, refused):
    refused("encode", model_folder, "iris", "--out", "codes.npy")
    refused("reconstruct", model_folder, "iris", "--out", "again.npy")
    refused("denoise", model_folder, "iris", "--out", "clean.npy")
    refused("evaluate", model_folder, "--on", "iris")


def test_codes_of_another_width(model_folder, refused):
    np.save("codes.npy", np.zeros((4, 3)))
    assert "(4, 3)" in refused("decode", model_folder, "codes.npy", "--out", "x.npy")


def test_codes_have_no_labels(model_folder, refused):
    Path("codes.csv").write_text("a,b,kind\n1,2,x\n3,4,y\n")
    message = refused("decode", model_folder, "codes.csv", "--out", "x.npy")
    assert "'kind'" in message and "label" not in message


def test_a_sampler_that_cannot_be(model_folder, refused):
    def sample(*options):
        return refused("sample", model_folder, "--out", "x.npy", *options)

    assert "did you mean 'gmm'" in sample("--sampler", "gm")
    assert "--components 900" in sample("--sampler", "gmm", "--components", 900)
    assert "--sampler gmm" in sample("--components", 3)


def test_more_examples_than_memory(model_folder, refused):
    assert "--n" in refused("sample", model_folder, "--n", 10**12, "--out", "x.npy")
    assert "--n" in refused("sample", model_folder, "--n", 10**400, "--out", "x.npy")


def test_columns_that_differ_are_named(refused, capsys):
    Path("old.csv").write_text(TABLE)
    Path("new.csv").write_text(TABLE.replace("a,b,c", "a,b,d"))
    Path("turned.csv").write_text(TABLE.replace("a,b,c", "b,a,c"))
    assert main(["fit", "old.csv", "--epochs", "1", "--quiet", "--out", "run"]) == 0
    capsys.readouterr()
    message = refused("encode", "run", "new.csv", "--out", "codes.csv")
    assert "c missing" in message and "d unknown" in message
    assert "order" in refused("encode", "run", "turned.csv", "--out", "codes.csv")


def test_a_damaged_model(model_folder, refused):
    weights = model_folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "damaged" in refused("encode", model_folder, "digits", "--out", "codes.npy")
    (model_folder / "config.json").write_text("{")
    assert "config.json" in refused("info", model_folder)


def test_damaged_numbers(model_folder, refused):
    (model_folder / "metrics.json").write_text("{")
    assert "metrics.json" in refused("info", model_folder)


SPOILT = [b"[1, 2]", b"3", b'"text"', b'{"data": [1]}', b'{"data": {"spec": 5}}', b"\xff\xfe{"]


@pytest.mark.parametrize("content", SPOILT)
def test_numbers_that_are_not_those_of_a_run(model_folder, refused, content):
    (model_folder / "metrics.json").write_bytes(content)
    assert "metrics.json" in refused("info", model_folder)
    assert "metrics.json" in refused("evaluate", model_folder)
    assert "metrics.json" in refused("encode", model_folder, "digits", "--out", "codes.npy")
    assert "metrics.json" in refused("sample", model_folder, "--out", "new.png")


@pytest.mark.parametrize("content", ['{"a": 1}', '{"data": null}', '{"data": {"name": "x"}}'])
def test_numbers_without_data_are_missed_only_where_they_are_needed(model_folder, refused, content):
    (model_folder / "metrics.json").write_text(content)
    assert "metrics.json" in refused("info", model_folder)
    assert "--on" in refused("evaluate", model_folder)
    assert main(["encode", str(model_folder), "digits", "--rows", "9", "--out", "codes.npy"]) == 0
    assert main(["sample", str(model_folder), "--out", "new.png"]) == 0


def test_numbers_that_cannot_be_read(model_folder, refused):
    (model_folder / "metrics.json").unlink()
    (model_folder / "metrics.json").mkdir()
    assert "metrics.json" in refused("info", model_folder)
    assert "metrics.json" in refused("encode", model_folder, "digits", "--out", "codes.npy")


def test_a_run_without_a_memory_of_its_data(model_folder, refused):
    numbers = json.loads((model_folder / "metrics.json").read_text())
    del numbers["data"]["spec"]
    (model_folder / "metrics.json").write_text(json.dumps(numbers))
    assert "--on" in refused("evaluate", model_folder)


def test_the_process_ends_with_the_code_of_the_mistake():
    def run(*arguments):
        command = [sys.executable, "-m", "latentia", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=os.environ)

    assert run("--help").returncode == 0
    wrong = run("fti")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr
    assert run("--version").stdout.strip()


def test_help_and_mistakes_do_not_wait_for_torch():
    program = "import sys, latentia.cli as c; c.main(['fit', '--help']); c.main(['fti']); " + (
        "sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0
