"""The seed of every run is written down beside its results."""

import json
from pathlib import Path

import pytest

from latentia.cli import main

SMALL = ["--epochs", "1", "--quiet", "--seed", "7", "--out", "run"]
COMMANDS = {
    "fit": (["iris", *SMALL], "config.json"),
    "tune": (["iris", "--trials", "1", "--search", "latent=1,2", *SMALL], "config.json"),
    "transfer": (["model", "iris", *SMALL], "config.json"),
    "ablate": (["iris", "--betas", "1,2", *SMALL], "ablations.json"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_seed_is_in_the_files_of_the_run(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")
    arguments, file = COMMANDS[command]
    if command == "transfer":
        assert main(["fit", "iris", "--epochs", "1", "--quiet", "--out", "model"]) == 0
    assert main([command, *arguments]) == 0
    written = json.loads(Path("run", file).read_text())
    seeds = [r["seed"] for r in written] if isinstance(written, list) else [
        written["parameters"]["random_state"]
    ]  # fmt: skip
    assert set(seeds) == {7}


def test_how_the_bits_come_about_is_written_down_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")
    assert main(["fit", "iris", *SMALL, "--deterministic", "--no-compile"]) == 0
    parameters = json.loads(Path("run/config.json").read_text())["parameters"]
    assert (parameters["deterministic"], parameters["compile"]) == (True, False)
