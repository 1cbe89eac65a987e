"""Options that several commands share, and what a value of theirs must be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter, Token
from cyclopts.validators import Number
from cyclopts.validators import Path as PathRule

MODEL = Group.create_ordered("Model")
DATA = Group.create_ordered("Data")
TRAINING = Group.create_ordered("Training")
OUTPUT = Group.create_ordered("Output")


def at_least(least: int) -> Parameter:
    """Return what makes an option a whole number that is not below `least`."""
    return Parameter(converter=_whole, validator=Number(gte=least))


def _whole(type_: Any, tokens: Sequence[Token]) -> int:
    # The parser's own conversion rounds 2.5 to 2.
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"{tokens[0].value!r} is not a whole number.") from None


ArrayName = Annotated[str | None, Parameter(name="--x", group=DATA)]
LabelName = Annotated[str | None, Parameter(name=("--label", "--y"), group=DATA)]
Rows = Annotated[int | None, Parameter(name="--rows", group=DATA), at_least(2)]
OutFile = Annotated[Path, Parameter(name=("--out", "-o"), group=OUTPUT)]
JsonFile = Annotated[
    Path | None, Parameter(name=("--out", "-o"), group=OUTPUT, validator=PathRule(ext="json"))
]
