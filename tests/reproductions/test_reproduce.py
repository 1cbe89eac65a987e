"""Verdicts: a miss is told as a miss, and one of several is enough to fail."""

from __future__ import annotations

import json

import numpy as np
import pytest

from latentia import reproductions
from latentia.cli import main
from latentia.reproductions import Quantity, Target, targets

TWO = (Quantity("error, %", 1.5, (1.0, 2.0)), Quantity("ratio", None, (0.0, 1.0)))


@pytest.fixture
def fake(monkeypatch):
    """Put a target that measures two given numbers among the others."""

    def put(*values, needs_mnist=False):
        target = Target("no data", "Anonymous. 1900.", TWO, lambda *_: values, needs_mnist)
        monkeypatch.setitem(targets, "fake", target)

    return put


@pytest.mark.parametrize(
    ("values", "verdicts"),
    [
        ((1.0, 0.5), (True, True)),
        ((2.1, 0.5), (False, True)),
        ((1.2, 1.5), (True, False)),
        ((float("nan"), 0.5), (False, True)),
    ],
)
def test_the_verdict_is_that_of_all_gates(fake, tmp_path, capsys, values, verdicts):
    fake(*values)
    result = reproductions.reproduce("fake")
    assert tuple(row.passed for row in result.rows) == verdicts
    assert result.passed is all(verdicts)
    file = tmp_path / "result.json"
    assert main(["reproduce", "fake", "--out", str(file)]) == (0 if all(verdicts) else 1)
    rows = json.loads(file.read_text())["rows"]
    assert [row["what"] for row in rows] == ["error, %", "ratio"]
    assert [row["published"] for row in rows] == [1.5, None]
    assert [row["measured"] for row in rows] == pytest.approx(values, nan_ok=True)
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:3]]
    assert told == ["pass" if passed else "FAIL" for passed in verdicts]


def test_a_number_without_a_gate_is_reported(monkeypatch, capsys):
    both = (*TWO[:1], Quantity("time, s", None))
    target = Target("no data", "Anonymous. 1900.", both, lambda: (1.2, 1e6))
    monkeypatch.setitem(targets, "fake", target)
    assert main(["reproduce", "fake"]) == 0
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:3]]
    assert told == ["pass", "reported"]


def test_a_run_measures_each_quantity(fake):
    fake(1.0)
    with pytest.raises(ValueError, match="shorter"):
        reproductions.reproduce("fake")


def test_all_targets_are_listed_with_every_quantity(capsys):
    assert main(["reproduce"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for name, target in targets.items():
        assert f"{name} (about {target.minutes:g} min" in told
        for quantity in target.quantities:
            published = "-" if quantity.published is None else f"{quantity.published:g}"
            assert f"{published} {quantity.what}" in told


def test_a_run_is_given_the_digits_and_their_labels(monkeypatch, tmp_path):
    arrays = {
        "x_train": np.arange(3 * 16, dtype=np.uint8).reshape(3, 4, 4),
        "y_train": np.array([4, 0, 9], dtype=np.uint8),
        "x_test": np.ones((2, 4, 4), dtype=np.uint8),
        "y_test": np.array([7, 2], dtype=np.uint8),
    }
    np.savez(tmp_path / "digits.npz", **arrays)
    seen = []

    def run(digits):
        seen.append(digits)
        return 1.0, 0.5

    monkeypatch.setitem(targets, "fake", Target("none", "1900.", TWO, run, needs_mnist=True))
    assert reproductions.reproduce("fake", tmp_path / "digits.npz").passed
    (digits,) = seen
    given = (digits.train, digits.y_train, digits.test, digits.y_test)
    for array, expected in zip(given, arrays.values(), strict=True):
        assert np.array_equal(array, expected)
        assert array.dtype == np.uint8


def test_missing_digits_and_unknown_names_are_one_sentence(capsys):
    assert main(["reproduce", "first-vae"]) == 2
    assert "needs the MNIST digits" in capsys.readouterr().err
    assert main(["reproduce", "first-vea"]) == 2
    assert "did you mean 'first-vae'" in capsys.readouterr().err


def test_a_linear_autoencoder_finds_principal_components():
    result = reproductions.reproduce("linear-autoencoder-angles")
    assert result.passed, result
