"""Options that several commands share: their help, written once, and what a value must be."""

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


def sizes(text: str | None, option: str, instead: str = "") -> tuple[int, ...] | None:
    """Read the sizes of layers, such as ``"256,128"``; None stays None.

    Parameters
    ----------
    text : str or None
        As it was typed.
    option : str
        Where, for the message.
    instead : str
        What else there is, for the message.

    Raises
    ------
    ValueError
        If it is something else; the message names the option.
    """
    if text is None:
        return None
    try:
        numbers = tuple(int(size) for size in text.split(","))
    except ValueError:
        numbers = (0,)
    if min(numbers) < 1:
        raise ValueError(
            f"{option} {text!r} must be whole numbers of at least 1 with commas, such as "
            f"256,128{instead}."
        )
    return numbers


def whole_or_word(text: str | None) -> int | str | None:
    """Read what is a whole number or a word; whether it is the right one is seen later."""
    return int(text) if text is not None and text.isdecimal() else text


def hidden_sizes(text: str | None) -> tuple[int, ...] | None:
    """Read ``--hidden``, where ``"none"`` is no layer at all."""
    return () if text == "none" else sizes(text, "--hidden", ", or none")


def _whole(type_: Any, tokens: Sequence[Token]) -> int:
    # The parser's own conversion rounds 2.5 to 2.
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"{tokens[0].value!r} is not a whole number.") from None


Run = Annotated[Path, Parameter(help="The folder of a model that `fit` wrote.")]
Predictor = Annotated[
    Path, Parameter(help="A folder that `transfer` wrote, or `fit` for a semi-supervised model.")
]
AnyRun = Annotated[Path, Parameter(help="A folder that `fit` or `transfer` wrote.")]
Data = Annotated[
    str,
    Parameter(
        help="A built-in name (see `latentia data`) or a path: a .csv or .parquet table of numbers,"
        " a .npy or .npz file, or a folder of images."
    ),
]
ArrayName = Annotated[
    str | None,
    Parameter(name="--x", group=DATA, help="The array of a .npz file that holds the examples."),
]
LabelName = Annotated[
    str | None,
    Parameter(
        name=("--label", "--y"), group=DATA, help="The column or array that holds the labels."
    ),
]
Rows = Annotated[
    int | None,
    Parameter(
        name="--rows",
        group=DATA,
        help="Take the first so many examples; of a generated set, draw so many.",
    ),
    at_least(2),
]
Hidden = Annotated[
    str | None,
    Parameter(
        name="--hidden",
        group=MODEL,
        help="Units of hidden layers (of convolutions, channels), such as 256,128, or none.",
    ),
]
Epochs = Annotated[
    int | None,
    Parameter(
        name="--epochs",
        group=TRAINING,
        help="Passes over the data at most; by default what makes about 20,000 steps.",
    ),
    at_least(1),
]
LearningRate = Annotated[
    float | None,
    Parameter(
        name="--learning-rate",
        group=TRAINING,
        validator=Number(gt=0),
        help="How far a step goes.",
    ),
]
Seed = Annotated[
    int,
    Parameter(
        name="--seed",
        group=TRAINING,
        help="The same number gives the same result.",
    ),
    at_least(0),
]
OutFolder = Annotated[
    Path | None,
    Parameter(
        name=("--out", "-o"),
        group=OUTPUT,
        help="Folder for the model; by default a new one in runs/, named after what it is made of.",
    ),
]
Overwrite = Annotated[
    bool,
    Parameter(
        name="--overwrite",
        group=OUTPUT,
        help="Replace the model in that folder, once the new one is complete.",
    ),
]
Quiet = Annotated[bool, Parameter(name="--quiet", group=OUTPUT, help="Show no progress.")]
Cite = Annotated[
    bool,
    Parameter(
        name="--cite", group=OUTPUT, help="Print BibTeX of the papers behind it, and nothing else."
    ),
]
OutFile = Annotated[
    Path,
    Parameter(
        name=("--out", "-o"),
        group=OUTPUT,
        help="The file, ending in .npy, .csv or .parquet; .npy keeps the shape of images.",
    ),
]
Processes = Annotated[
    int,
    Parameter(
        name="--processes",
        group=OUTPUT,
        help="How many work at the same time; the file is the same, and its rows in their order.",
    ),
    at_least(1),
]
Resume = Annotated[
    bool,
    Parameter(
        name="--resume",
        group=OUTPUT,
        help="Go on where the same command was stopped, if it was.",
    ),
]
CsvFile = Annotated[
    Path,
    Parameter(
        name=("--out", "-o"), group=OUTPUT, validator=PathRule(ext="csv"), help="The .csv file."
    ),
]
JsonFile = Annotated[
    Path | None,
    Parameter(
        name=("--out", "-o"),
        group=OUTPUT,
        validator=PathRule(ext="json"),
        help="A .json file for all the numbers.",
    ),
]
