"""Which parts see the label is said in the shell too, and what is wrong with that."""

import numpy as np
import pytest

from latentia import artifacts, heads
from latentia.cli import main

FIT = ["fit", "digits", "--rows", "60", "--epochs", "2", "--hidden", "8", "--quiet"]
ALL_PARTS = ["--conditional", "--conditioned", "encoder,decoder,prior"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_mixture_for_each_label_is_fitted_and_drawn_from(capsys):
    assert main([*FIT, *ALL_PARTS, "--prior", "mixture", "--out", "run"]) == 0
    model = artifacts.load("run")
    assert tuple(model.conditioned) == ("encoder", "decoder", "prior")
    assert isinstance(model.model_.prior.head, heads.NormalMixture)
    assert main(["sample", "run", "--condition", "7", "--n", "5", "--out", "sevens.npy"]) == 0
    assert len(np.load("sevens.npy")) == 5
    capsys.readouterr()
    assert main(["info", "run", "--cite"]) == 0
    assert "% NormalMixture\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([*ALL_PARTS, "--prior", "flow"], "Set --prior auto or --prior mixture, or take 'prior'"),
        (["--conditioned", "prior"], "--conditioned has no use without --conditional"),
        (["--conditional", "--conditioned", "coder"], "must be some of 'encoder', 'decoder'"),
    ],
    ids=["prior", "unconditional", "part"],
)
def test_what_does_not_fit_is_said_in_options(options, said, capsys):
    assert main([*FIT, *options, "--out", "run"]) == 2
    assert said in capsys.readouterr().err
