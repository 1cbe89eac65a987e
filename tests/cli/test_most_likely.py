"""Codes by search, in the shell."""

from __future__ import annotations

import re

import numpy as np

import latentia
from latentia import data
from latentia.cli import main


def test_codes_by_search_are_those_of_the_model_and_their_ends_are_told(
    trained_folder, tmp_path, capsys
):
    file = tmp_path / "codes.npy"
    options = ["--rows", "40", "--most-likely", "--out", str(file)]
    assert main(["encode", str(trained_folder), "digits", *options]) == 0
    X = data.load("digits", n=40).X
    codes, report = latentia.load(trained_folder).most_likely_code(X, return_report=True)
    assert np.allclose(np.load(file), codes, atol=1e-5)
    told = re.search(
        r"([\d.]+)% of 40 searches .* energy of (\S+), .* is (\S+)\.", capsys.readouterr().err
    )
    share, found, start = (float(number) for number in told.groups())
    assert abs(share / 100 - report.converged.mean()) < 1e-3
    assert np.allclose([found, start], [report.energy.mean(), report.start.mean()], rtol=1e-5)
