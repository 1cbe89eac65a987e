"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter
from cyclopts.validators import Number

MODEL = Group.create_ordered("Model")
DATA = Group.create_ordered("Data")
TRAINING = Group.create_ordered("Training")
OUTPUT = Group.create_ordered("Output")

ArrayName = Annotated[str | None, Parameter(name="--x", group=DATA)]
LabelName = Annotated[str | None, Parameter(name=("--label", "--y"), group=DATA)]
Rows = Annotated[int | None, Parameter(name="--rows", group=DATA, validator=Number(gte=2))]
OutFile = Annotated[Path, Parameter(name=("--out", "-o"), group=OUTPUT)]
