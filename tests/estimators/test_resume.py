"""A fit that was stopped goes on where it was, for every recipe; another one is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits

from latentia import VAE, Autoencoder, StackedAutoencoder, recipes
from latentia.errors import TrainingStoppedError
from latentia.training import Checkpoints, Trainer

DIGITS = load_digits()
X, Y = DIGITS.images[:96], DIGITS.target[:96]
#: One of each kind of state; `make soak` takes all.
FEW = (
    "adversarial-autoencoder",
    "conditional-vae",
    "constrained-vae",
    "convolutional-vae",
    "deep-belief-network",
    "factor-vae",
    "flow-prior-vae",
    "ladder-vae",
    "m2",
    "stacked-denoising-autoencoder",
    "tempered-rbm",
    "vamp-vae",
    "vq-vae",
    "wake-sleep",
)
RECIPES = recipes.names() if os.environ.get("LATENTIA_SOAK") else FEW


class StopsAfter(Checkpoints):
    """Asks for the end after so many steps, of whichever part."""

    def after_step(self, step, state):
        left = self.notes.get("whole", self.notes)["left"]
        left[0] -= 1
        if left[0] == 0:
            assert self.stop()
        super().after_step(step, state)


def make(name, checkpoints=None, **options):
    model = recipes.make(
        name,
        **{
            "max_iter": 2,
            "batch_size": 32,
            "random_state": 3,
            "verbose": False,
            "early_stopping": True,
            "checkpoints": checkpoints,
            **options,
        },
    )
    if hasattr(model, "of"):
        layers = model._prototypes()
        model.set_params(of=[clone(x).set_params(max_iter=1, batch_size=32) for x in layers])
    return model


def learn(model):
    flat = getattr(model, "network", "mlp") == "mlp"
    condition = getattr(model, "condition", None) == "y"
    counts = getattr(model, "likelihood", "auto") == "negative-binomial"
    x = X if counts else X / 16
    return model.fit(x.reshape(96, -1) if flat else x, Y if condition else None)


def assert_same(a, b):
    for one, other in ((a.model_, b.model_), (a.objective_, b.objective_)):
        for x, y in zip(one.state_dict().values(), other.state_dict().values(), strict=True):
            assert torch.equal(x, y)
    assert a.history_ == b.history_
    assert a.offset_ == b.offset_


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_ends_as_if_it_had_never_been_stopped(name, tmp_path):
    with pytest.raises(TrainingStoppedError):
        learn(make(name, StopsAfter(tmp_path, notes={"left": [4]})))
    assert_same(learn(make(name, tmp_path)), learn(make(name)))


def test_a_finished_fit_is_not_trained_again(tmp_path, monkeypatch):
    first = learn(make("vae", str(tmp_path)))
    monkeypatch.setattr(Trainer, "fit", None)
    assert_same(first, learn(make("vae", str(tmp_path))))


def test_layers_that_are_done_are_not_trained_again(tmp_path, monkeypatch):
    trained, fit = [], Trainer.fit

    def counting(self, *data, **options):
        trained.append(self.step)
        return fit(self, *data, **options)

    monkeypatch.setattr(Trainer, "fit", counting)
    of = Autoencoder(code="sigmoid", max_iter=2, batch_size=48)
    options = {"of": of, "max_iter": 1, "random_state": 0, "verbose": False}
    with pytest.raises(TrainingStoppedError):
        StackedAutoencoder(
            (16, 8), checkpoints=StopsAfter(tmp_path, notes={"left": [5]}), **options
        ).fit(X)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["layer-1", "layer-2"]
    trained.clear()
    StackedAutoencoder((16, 8), checkpoints=tmp_path, **options).fit(X)
    assert trained == [1, 0]  # the second layer from its first step, and the whole


def test_a_fresh_seed_is_remembered(tmp_path):
    models = [learn(make("vae", tmp_path, random_state=None)) for _ in range(2)]
    assert models[0]._seed == models[1]._seed
    assert_same(*models)


def changed(x, at=50):
    x = x.copy()
    x[at, 0] += 1
    return x


@pytest.mark.parametrize(
    ("data", "options", "match"),
    [
        (X, {"max_iter": 3}, "max_iter was 2 and is now 3"),
        (X, {"beta": 2.0}, "beta was None and is now 2.0"),
        (X, {"learning_rate": lambda step: 1e-3}, "learning_rate was 0.001 and is now .*<lambda>"),
        (X[:80], {}, "training X was 96 x 8 x 8 .* and is now 80 x 8 x 8"),
        (changed(X), {}, "training X was"),
        (X[::-1], {}, "training X was"),
    ],
)
def test_other_data_or_options_are_refused_with_what_they_were(data, options, match, tmp_path):
    base = {"max_iter": 2, "random_state": 0, "verbose": False, "checkpoints": tmp_path}
    VAE(**base).fit(X)
    with pytest.raises(ValueError, match=match):
        VAE(**{**base, **options}).fit(data)


def test_where_it_runs_and_what_it_says_may_change(tmp_path, capsys):
    base = {"max_iter": 2, "random_state": 0, "checkpoints": tmp_path}
    first = VAE(verbose=False, **base).fit(X)
    assert_same(first, VAE(verbose=True, device="cpu", **base).fit(np.asfortranarray(X)))
    assert "goes on after 2 steps" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of a process")
def test_killed_at_random_moments_it_resumes_and_ends_the_same():
    script = Path(__file__).parents[1] / "soak" / "killed.py"
    run = subprocess.run([sys.executable, script, "12"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
