"""Nobody waits for what is not asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: What takes its time to import, and belongs to compiling, drawing, flows or a search.
HEAVY = {"torch._dynamo", "torch._inductor", "sympy", "matplotlib", "zuko", "optuna"}


@pytest.mark.parametrize(
    ("program", "heavy"),
    [
        ("import latentia", {"torch", "sklearn", "numpy"} | HEAVY),
        ("import latentia.cli", {"torch", "sklearn", "numpy"} | HEAVY),
        ("from latentia import VAE, Autoencoder", HEAVY),
        ("from latentia import tuning", {"optuna", "torch._dynamo"}),
    ],
)
def test_an_import_does_not_bring_what_is_not_needed(program, heavy):
    check = f"{program}\nimport sys\nprint(*({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "\n")
