"""A model on disk: equal bit for bit, or one clear sentence; never half a model."""

from __future__ import annotations

import errno
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris

import latentia
from latentia import artifacts, corruptions, heads, networks, recipes
from latentia.errors import ArtifactError
from latentia.training import Linear

IRIS, SPECIES = load_iris(as_frame=True, return_X_y=True)
DIGITS = load_digits().images


def fitted(name="vae", X=IRIS, **parameters):
    quick = {"max_iter": 2, "random_state": 0, "verbose": False}
    y = SPECIES if len(X) == len(IRIS) else load_digits().target
    model = clone(recipes.make(name, **{**quick, **parameters}))
    if "of" in recipes.recipes[name].parameters:
        model.set_params(of__max_iter=2)
    return model.fit(X, y)


@pytest.fixture
def folder(tmp_path):
    return latentia.save(fitted(), tmp_path / "model")


def outputs(model, X):
    y = None if model.conditions_ is None else SPECIES[:20]
    methods = (model.transform, model.reconstruct, model.score_samples)
    drawn = model.sample(5, random_state=0, y=None if y is None else SPECIES[0])
    return [np.asarray(m(X[:20], y)) for m in methods] + [drawn]


@pytest.mark.parametrize("name", recipes.names())
def test_every_recipe_comes_back_bit_for_bit(name, tmp_path):
    X = DIGITS if "convolutional" in name else IRIS
    X = X.round() if name == "count-vae" else X
    model = fitted(name, X)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    for a, b in zip(outputs(model, X), outputs(again, X), strict=True):
        assert np.array_equal(a, b)
    assert str(again.get_params()) == str(model.get_params())
    assert again.loss_curve_ == model.loss_curve_
    assert again.event_shape_ == model.event_shape_


@pytest.mark.parametrize(
    "parameters",
    [
        {"likelihood": partial(heads.Laplace, scale="feature"), "hidden_layer_sizes": [4, 3]},
        {"likelihood": heads.DiagonalNormal, "beta": Linear(0.0, 1.0, 10)},
        {"precision": "float64", "learning_rate": Linear(1e-3, 0.0, 10)},
        {"random_state": np.random.RandomState(3)},
        {
            "corruption": corruptions.Chain(
                corruptions.Masking(0.2, -1.0), corruptions.Gaussian(0.5, clip=(0, 1))
            )
        },
    ],
    ids=["partial", "class", "schedule", "generator", "chain"],
)
def test_parts_of_latentia_are_written_down(parameters, tmp_path):
    model = fitted(**parameters)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    for a, b in zip(outputs(model, IRIS), outputs(again, IRIS), strict=True):
        assert np.array_equal(a, b)


def test_feature_names_and_training_survive(folder):
    model = latentia.load(folder)
    assert list(model.feature_names_in_) == list(IRIS.columns)
    model.partial_fit(IRIS)


def test_foreign_parts_are_refused_before_anything_is_written(tmp_path):
    own = networks.Architecture(networks.MLP, networks.MLP, lambda shape: (3,))
    with pytest.raises(ArtifactError, match=r"network="):
        latentia.save(fitted(network=own), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["os.system", "latentia.cli.main", "latentia.data.write_table", "latentia.heads.as_shape"],
)
@pytest.mark.parametrize("kind", ["part", "object", "partial"])
def test_a_config_calls_nothing_but_parts_of_models(folder, name, kind):
    part = {"$": "part", "name": name}
    config = json.loads((folder / "config.json").read_text())
    config["parameters"]["activation"] = (
        part if kind == "part" else {"$": kind, "of": part, "keywords": {}}
    )
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ArtifactError, match="part of latentia"):
        latentia.load(folder)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


DAMAGE = {
    "truncated weights": (lambda f: truncate(f / "model.safetensors"), "damaged"),
    "flipped bit": (lambda f: flip(f / "model.safetensors"), "damaged"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "cannot be read"),
    "truncated config": (lambda f: truncate(f / "config.json"), "config.json cannot be read"),
    "no config": (lambda f: (f / "config.json").unlink(), "no config.json"),
    "empty config": (lambda f: (f / "config.json").write_text("{}"), "not that of a latentia"),
    "newer": (
        lambda f: (f / "config.json").write_text(
            (f / "config.json").read_text().replace('"format": 1', '"format": 99')
        ),
        "upgrade latentia",
    ),
    "format of another type": (
        lambda f: (f / "config.json").write_text(
            (f / "config.json").read_text().replace('"format": 1', '"format": "2"')
        ),
        "not that of a latentia",
    ),
    "other estimator": (
        lambda f: (f / "config.json").write_text(
            (f / "config.json").read_text().replace('"estimator": "VAE"', '"estimator": "X"')
        ),
        "does not describe",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_one_clear_sentence(folder, damage):
    do, match = DAMAGE[damage]
    do(folder)
    with pytest.raises(ArtifactError, match=match):
        latentia.load(folder)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ArtifactError, match="nowhere does not exist"):
        latentia.load(tmp_path / "nowhere")


def test_a_full_disk_leaves_the_older_model_whole(folder, monkeypatch):
    before = {f.name: f.read_bytes() for f in folder.iterdir()}

    def full(file, content):
        file.write_bytes(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(artifacts, "_write", full)
    with pytest.raises(ArtifactError, match="No space left on device"):
        latentia.save(fitted(n_components=3), folder)
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before
    assert [f.name for f in folder.parent.iterdir()] == [folder.name]


def test_saving_twice_replaces_the_model_and_leaves_nothing_beside_it(folder):
    latentia.save(fitted(n_components=3), folder, {"pictures/a.png": b"png"})
    assert latentia.load(folder).n_components == 3
    assert (folder / "pictures" / "a.png").read_bytes() == b"png"
    latentia.save(fitted(n_components=1), folder)
    assert not (folder / "pictures").exists()
    assert [f.name for f in folder.parent.iterdir()] == [folder.name]


def test_a_config_of_another_program_is_no_model(tmp_path):
    (tmp_path / "config.json").write_text('{"name": "my web app"}')
    with pytest.raises(ArtifactError, match="not a model's"):
        latentia.save(fitted(), tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["config.json"]


def test_asking_whether_a_folder_can_be_written_makes_none(tmp_path):
    artifacts.check_writable(tmp_path / "runs" / "new" / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_moved_is_told_before_training(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactError, match="current folder"):
        artifacts.check_writable(".")
    with pytest.raises(ArtifactError, match="cannot be written"):
        artifacts.check_writable(tmp_path / ("x" * 250))


def test_a_folder_that_cannot_step_aside_leaves_nothing_behind(folder, monkeypatch):
    before = sorted(f.name for f in folder.iterdir())

    def stuck(self, target):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(artifacts, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(ArtifactError, match="busy"):
        latentia.save(fitted(n_components=3), folder)
    assert sorted(f.name for f in folder.iterdir()) == before
    assert [f.name for f in folder.parent.iterdir()] == [folder.name]


def test_other_peoples_files_are_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ArtifactError, match="not a model's"):
        latentia.save(fitted(), tmp_path)
    with pytest.raises(ArtifactError, match="is a file"):
        latentia.save(fitted(), tmp_path / "thesis.txt")
    with pytest.raises(ArtifactError, match="cannot be written"):
        latentia.save(fitted(), tmp_path / "thesis.txt" / "model")
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.txt"]


def test_unfitted_estimators_are_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        latentia.save(recipes.make("vae"), tmp_path / "m")


def test_recipes_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="did you mean 'beta-vae'"):
        recipes.make("beta_vae")
    with pytest.raises(ValueError, match="did you mean 'beta'"):
        recipes.make("vae", betta=3)
    for name in recipes.names():
        assert recipes.recipes[name].reference[-5:-1].isdigit()
