"""``latentia sample``."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._given import check_condition, labels_for, typed_condition
from latentia.cli._options import OUTPUT, Run, at_least
from latentia.cli._runs import dataset_of, memory_of, model_of
from latentia.cli._wording import in_options


def sample(
    run: Run,
    /,
    *,
    out: Annotated[Path, Parameter(name=("--out", "-o"), group=OUTPUT)],
    n: Annotated[int, at_least(1)] = 16,
    sampler: str | None = None,
    components: Annotated[int | None, at_least(1), Parameter(show_default="10")] = None,
    seed: Annotated[int, at_least(0)] = 0,
    noise: bool = False,
    condition: str | None = None,
) -> None:
    """Draw new examples: a code from the prior, then what the decoder makes of it.

    With `--sampler` codes come from a density that is fitted to the codes of the data first, which
    helps where the prior is not where the codes are. The model on disk stays as it is.

    Parameters
    ----------
    out : Path
        The file: .png for a picture; .npy, .csv or .parquet for the numbers.
    n : int
        How many.
    sampler : str
        gmm, a mixture of normals; normal, only one; flow, a neural spline flow; for quantised codes
        independent or autoregressive.
    components : int
        Normals in the mixture of gmm.
    seed : int
        The same number draws the same examples.
    noise : bool
        Draw from p(x|z), noise and all, instead of taking its mean.
    condition : str
        What a conditional model shall draw: a label or a number; several columns with commas.

    Examples
    --------
        latentia sample runs/digits-vae-2 --n 100 --out new.png
        latentia sample runs/iris-vae-2 --n 1000 --noise --seed 7 --out new.csv
        latentia sample runs/digits-conditional-vae-8 --condition 7 --out sevens.png
        latentia sample runs/digits-autoencoder-16 --sampler gmm --components 20 --out new.png
    """
    from latentia import plotting, reports
    from latentia._names import lookup
    from latentia.data import write_table
    from latentia.estimators import densities, discrete_densities

    if components is not None and sampler != "gmm":
        raise ValueError("--components is the size of a mixture; add --sampler gmm, or drop it.")
    if sampler is not None:
        with in_options():
            lookup(dict.fromkeys([*densities, *discrete_densities]), sampler, "sampler")
    memory = memory_of(run)
    estimator = model_of(run)
    check_condition(estimator, condition, "--condition")
    y = typed_condition(estimator, condition, "--condition")
    _check_memory(n, estimator.event_shape_)
    if sampler is not None:
        dataset = dataset_of(run, None, None, None, None, ask="draw without --sampler")
        labels = labels_for(estimator, dataset)
        with in_options({"sampler": "--sampler", "n_components": "--components"}):
            estimator.fit_sampler(
                sampler, dataset.X, labels, n_components=components, random_state=seed
            )
    examples = estimator.sample(n, random_state=seed, mean=not noise, y=y)
    names = memory.get("columns")
    if out.suffix.lower() == ".png":
        shown = reports.visible(examples, *(memory.get("range") or (None, None)))
        picture = reports.png(plotting.samples(shown, names=names, n=n))
        write_whole(out, lambda stream: stream.write(picture))
    else:
        write_table(out, examples, names)
    print(f"{out}: {counted(n, 'new example')}")


def _check_memory(n: int, event_shape: tuple[int, ...]) -> None:
    if not hasattr(os, "sysconf"):  # as on Windows
        return
    needed = 4 * n * math.prod(event_shape)
    available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > available:
        raise ValueError(
            f"--n {n}: so many examples take {needed // 2**30:,} GiB, but this machine has "
            f"{available // 2**30:,} GiB of memory; draw fewer at a time, with several --seed."
        )
