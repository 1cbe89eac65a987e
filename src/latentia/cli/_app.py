"""The commands put together, and what becomes of their errors."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from latentia._version import __version__
from latentia.cli._ablate import ablate
from latentia.cli._anomalies import anomalies
from latentia.cli._compare import compare
from latentia.cli._convert import convert
from latentia.cli._data import data
from latentia.cli._decode import decode
from latentia.cli._demo import demo
from latentia.cli._denoise import denoise
from latentia.cli._doctor import doctor
from latentia.cli._encode import encode
from latentia.cli._evaluate import evaluate
from latentia.cli._fit import fit
from latentia.cli._info import info
from latentia.cli._interpolate import interpolate
from latentia.cli._interruption import TERMINATED
from latentia.cli._models import models
from latentia.cli._plot import plot
from latentia.cli._predict import predict
from latentia.cli._reconstruct import reconstruct
from latentia.cli._reproduce import reproduce
from latentia.cli._sample import sample
from latentia.cli._score import score
from latentia.cli._several import LOST, is_told_elsewhere, one_voice
from latentia.cli._several import tokens as asked
from latentia.cli._transfer import transfer
from latentia.cli._traverse import traverse
from latentia.cli._tune import tune
from latentia.cli._wording import worded
from latentia.errors import (
    LostProcessError,
    OutOfMemoryError,
    TrainingDivergedError,
    TrainingStoppedError,
)

FAILED, REFUSED, INTERRUPTED = 1, 2, 130

_EXAMPLES = "Examples\n--------\n"

# The errors have no types of their own: a package of an extra is missing, or torch cannot allocate.
_EXTRA = "latentia["
_TOO_LARGE = (
    "can't allocate memory",
    "out of memory",
    "Storage size calculation overflowed",
    "Overflow when unpacking long",
)

app = App(
    name="latentia",
    help="Autoencoders whole: train them, look at them, use them.",
    help_epilogue="""Start with these:

    latentia fit digits
    latentia sample runs/digits-vae-2 --out new.png
    latentia encode runs/digits-vae-2 digits --out codes.csv
""",
    help_format="markdown",
    version=__version__,
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
for command in (
    fit,
    tune,
    encode,
    decode,
    reconstruct,
    denoise,
    sample,
    traverse,
    interpolate,
    plot,
    score,
    anomalies,
    transfer,
    predict,
    evaluate,
    doctor,
    compare,
    ablate,
    info,
    data,
    convert,
    models,
    demo,
    reproduce,
):
    examples = inspect.cleandoc(command.__doc__ or "").partition(_EXAMPLES)[2]
    app.command(command, help_epilogue=f"Examples:\n\n{examples}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    A mistake of the user becomes one sentence on standard error and exit code 2; set
    ``LATENTIA_DEBUG=1`` to see where it was noticed.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0, 1 where training failed or a published number was missed, 2 for a mistake, 3 in a process
        that has lost those it trained with, 130 after Ctrl-C, 143 after SIGTERM, with training
        saved.

    Examples
    --------
    >>> main(["data", "iris"])
    iris: 150 examples
    table of 4 columns, float64 from 0.1 to 7.9
    columns: sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)
    labels: 3 classes, 0 (50), 1 (50), 2 (50)
    0
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    asked.set(tokens)
    with one_voice():
        return _run(tokens)


def _run(tokens: list[str]) -> int:
    try:
        code = app(
            tokens,
            exit_on_error=False,
            print_error=False,
            verbose=False,
            result_action="return_value",
        )
    except KeyboardInterrupt:
        return _fail("interrupted.", INTERRUPTED)
    except TrainingStoppedError as error:
        return _fail(str(error), TERMINATED)
    except LostProcessError as error:
        return _fail(f"error: {error}", LOST)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; leave nothing for the interpreter to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        sentence = _explanation(error)
        if sentence is None or os.environ.get("LATENTIA_DEBUG"):
            raise
        diverged = isinstance(error, TrainingDivergedError)
        return _fail(f"error: {sentence}", FAILED if diverged else REFUSED)
    return code or 0


def _explanation(error: Exception) -> str | None:
    """Return what the user should read about an error; None is a bug, which keeps its traceback."""
    text = str(error)
    if isinstance(error, (CycloptsError, TrainingDivergedError, ValueError, OSError)):
        return text
    if isinstance(error, OutOfMemoryError):
        return worded(text)
    if isinstance(error, ImportError) and _EXTRA in text:
        return text
    too_large = isinstance(error, (RuntimeError, TypeError)) and any(s in text for s in _TOO_LARGE)
    if too_large or isinstance(error, MemoryError):
        return (
            "this takes more memory than there is; ask for fewer codes, hidden units or rows, "
            "or for smaller batches."
        )
    return None


def _fail(message: str, code: int) -> int:
    sentence = " ".join(message.split())
    if not is_told_elsewhere(sentence, code):
        print(f"latentia: {sentence}", file=sys.stderr)
    return code
