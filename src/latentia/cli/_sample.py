"""``latentia sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from latentia._files import write_whole
from latentia.cli._options import OutFile
from latentia.cli._runs import numbers_of


def sample(
    run: Path,
    /,
    *,
    out: OutFile,
    n: Annotated[int, Parameter(validator=Number(gte=1))] = 16,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    noise: bool = False,
) -> None:
    """Draw new examples: a code from the prior, then what the decoder makes of it.

    Parameters
    ----------
    run : Path
        The folder of a model that `fit` wrote.
    out : Path
        The file: .png for a picture, .npy, .csv or .parquet for the numbers.
    n : int
        How many.
    seed : int
        The same number draws the same examples.
    noise : bool
        Draw from p(x|z), noise and all, instead of taking its mean.

    Examples
    --------
        latentia sample runs/digits-vae-2 --n 100 --out new.png
        latentia sample runs/iris-vae-2 --n 1000 --noise --seed 7 --out new.csv
    """
    from latentia import artifacts, plotting, reports
    from latentia.data import write_table

    examples = artifacts.load(run).sample(n, random_state=seed, mean=not noise)
    memory = numbers_of(run).get("data", {})
    names = memory.get("columns")
    if out.suffix.lower() == ".png":
        shown = reports.visible(examples, *memory.get("range", (None, None)))
        picture = reports.png(plotting.samples(shown, names=names, n=n))
        write_whole(out, lambda stream: stream.write(picture))
    else:
        write_table(out, examples, names)
    print(f"{out}: {n:,} new examples")
