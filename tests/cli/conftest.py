"""A small model on disk, trained once for all tests of the command line."""

import shutil

import pytest

from latentia.cli import main


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "digits"
    small = ["--rows", "200", "--epochs", "2", "--hidden", "16", "--quiet"]
    assert main(["fit", "digits", "--out", str(folder), *small]) == 0
    return folder


@pytest.fixture
def model_folder(trained_folder, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(trained_folder, tmp_path / "digits-copy")
